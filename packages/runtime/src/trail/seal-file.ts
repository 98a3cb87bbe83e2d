import { appendFile, readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { AnyDatabase } from './audit-events.js'
import { findLastSeal, type SealNote } from './seals.js'

const Note = z.object({
  service: z.enum(['accounts', 'media']),
  number: z.int().positive(),
  seal: z.string().regex(/^[0-9a-f]{64}$/),
})

/** The last seal, to be kept where the owner of the database cannot write; undefined before the first. */
export async function noteOfLastSeal(db: AnyDatabase, service: string): Promise<SealNote | undefined> {
  const { number, seal } = await findLastSeal(db)
  return number === 0 ? undefined : { service, number, seal: seal.toString('hex') }
}

/**
 * The seals that a file has of one service, a line of JSON each.
 * @throws Error that names the first line which is none
 */
export async function readSealFile(path: string, service: string): Promise<SealNote[]> {
  const lines = (await readFile(path, 'utf8')).split('\n')
  const notes = lines.flatMap((line, index) => {
    if (line.trim() === '') return []
    const note = readNote(line)
    if (!note) throw new Error(`${path}: line ${index + 1} is no seal`)
    return [note]
  })
  return notes.filter((note) => note.service === service)
}

function readNote(line: string): SealNote | undefined {
  try {
    return Note.safeParse(JSON.parse(line)).data
  } catch {
    return undefined
  }
}

/** Appends the last seal to a file unless it is there, also when an earlier run could not. */
export async function writeSealFile(db: AnyDatabase, service: string, path: string): Promise<void> {
  const note = await noteOfLastSeal(db, service)
  if (!note) return
  const before = await readSealFile(path, service).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  })
  if (before.at(-1)?.number === note.number) return
  await appendFile(path, `${JSON.stringify(note)}\n`, { flush: true })
}
