import { runEntry } from '@likeness/runtime/entry'
import { api } from './http-entry.js'

await runEntry(api)
