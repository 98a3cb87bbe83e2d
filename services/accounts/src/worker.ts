import { runEntry } from '@likeness/runtime/entry'
import { worker } from './worker-entry.js'

await runEntry(worker)
