import { runEntry } from '@likeness/runtime/entry'
import { gateway } from './gateway/entry.js'

await runEntry(gateway)
