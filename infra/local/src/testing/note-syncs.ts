// Loaded into a process by `--import`: appends a line to the file NOTE_SYNCS for each fsync or fdatasync that it asks for.
import fs, { appendFileSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'

const file = process.env.NOTE_SYNCS ?? ''
const note = () => appendFileSync(file, `${process.argv[1]}\n`)

const opened = await open(file, 'a')
const handles = Object.getPrototypeOf(opened) as FileHandle
await opened.close()
for (const name of ['sync', 'datasync'] as const) {
  const original = handles[name]
  handles[name] = function (this: FileHandle) {
    note()
    return original.call(this)
  }
}
for (const name of ['fsync', 'fdatasync', 'fsyncSync', 'fdatasyncSync'] as const) {
  const original = fs[name] as (...given: unknown[]) => unknown
  Object.assign(fs, {
    [name]: (...given: unknown[]) => {
      note()
      return original(...given)
    },
  })
}
syncBuiltinESMExports()
