import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type BlobEntry, BlobNotFoundError, type BlobStore, mergeByKey, openStorage } from '@likeness/storage'
import { CommandError } from '../finish.js'
import { linesOf, type Part, readPart } from './parts.js'

/** A file that a backup has. */
export type FileEntry = { readonly key: string; readonly bytes: number; readonly sha256: string }

/** The files of all backups in a folder. Their names are unique and their content never changes, so they share them. */
export type PoolFiles = {
  /** Bytes of a file of it; undefined where it has none. */
  sizeOf(key: string): Promise<number | undefined>
  read(key: string): Promise<Buffer | undefined>
}
export type Pool = PoolFiles & { readonly store: BlobStore }

/** Files handled at once; each is in memory. */
const atOnce = 16
const poolFolder = 'files'

/** To be read only: the folder may be where nothing can be written. */
export function lookIntoPool(folder: string): PoolFiles {
  const pathOf = (key: string) => join(folder, poolFolder, key)
  return {
    sizeOf: async (key) => (await unlessAbsent(stat(pathOf(key))))?.size,
    read: (key) => unlessAbsent(readFile(pathOf(key))),
  }
}

/** Its folder is made when it is missing. */
export const openPool = (folder: string): Pool => ({
  ...lookIntoPool(folder),
  store: openStorage(pathToFileURL(join(folder, poolFolder)).href),
})

const unlessAbsent = <Found>(found: Promise<Found>): Promise<Found | undefined> =>
  found.catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR'].includes(String(error.code)))
      return undefined
    throw error
  })

export const sha256Of = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

/** The files of services in a storage, by key. */
export async function* listFiles(storage: BlobStore): AsyncGenerator<BlobEntry> {
  for (const prefix of ['avatars/', 'uploads/']) yield* storage.list(prefix)
}

export type Copied = { files: number; bytes: number }

/**
 * Copies the files of a storage that the pool lacks. A run that was killed goes on with the file where it stopped.
 * @param known files whose hash is known, by key
 * @param options `keepGone`: also yields known files that the storage has no more; `verify`: reads files that the pool has,
 *   and copies those again that are damaged
 * @yields every file of the storage, by key
 */
export async function* copyFiles(
  { storage, pool, known }: { storage: BlobStore; pool: Pool; known: AsyncIterable<FileEntry> },
  options: { keepGone: boolean; verify: boolean },
  onEach: (copied: Copied) => void,
): AsyncGenerator<FileEntry> {
  const entryOf = async ({ key, first, second }: Pair): Promise<FileEntry | undefined> => {
    if (!first) return options.keepGone ? second : undefined
    const { entry, copied } = await keepFile({ storage, pool, file: first, known: second }, options.verify)
    onEach({ files: 1, bytes: copied ? first.bytes : 0 })
    return entry && { key, ...entry }
  }
  for await (const pairs of inChunks(mergeByKey(listFiles(storage), known), atOnce))
    for (const entry of await Promise.all(pairs.map(entryOf))) if (entry) yield entry
}
type Pair = {
  readonly key: string
  readonly first: BlobEntry | undefined
  readonly second: FileEntry | undefined
}

/** @returns no entry for a file that is gone by now */
async function keepFile(
  {
    storage,
    pool,
    file: { key, bytes },
    known,
  }: { storage: BlobStore; pool: Pool; file: BlobEntry; known: FileEntry | undefined },
  verify: boolean,
): Promise<{ entry: Omit<FileEntry, 'key'> | undefined; copied: boolean }> {
  if ((await pool.sizeOf(key)) === bytes) {
    if (known?.bytes === bytes && !verify) return { entry: { bytes, sha256: known.sha256 }, copied: false }
    const sha256 = sha256Of((await pool.read(key)) ?? Buffer.alloc(0))
    const isRight = known?.bytes === bytes && known.sha256 === sha256
    if (isRight || !verify) return { entry: { bytes, sha256 }, copied: false }
  }
  const content = await storage.get(key).catch((error: unknown) => {
    if (error instanceof BlobNotFoundError) return undefined
    throw error
  })
  if (!content) return { entry: undefined, copied: false }
  await pool.store.put(key, content)
  return { entry: { bytes: content.length, sha256: sha256Of(content) }, copied: true }
}

/** No key leaves its folder. */
const keyPattern = /^(?:uploads|avatars)(?:\/[a-z0-9_][a-z0-9._-]*)+$/

/**
 * The files of a list in a backup.
 * @throws CommandError for a key that no backup has
 */
export async function* readFileList(backup: string, part: Part): AsyncGenerator<FileEntry> {
  for await (const line of linesOf(readPart(backup, part))) {
    const entry = JSON.parse(line) as FileEntry
    if (!keyPattern.test(entry.key))
      throw new CommandError(`${backup}: ${part.file} names files that are not ours.`)
    yield entry
  }
}

/** As lines of such a list. */
export async function* linesOfFiles(
  entries: AsyncIterable<FileEntry>,
  onEach: (entry: FileEntry) => void = () => undefined,
): AsyncGenerator<string> {
  for await (const { key, bytes, sha256 } of entries) {
    onEach({ key, bytes, sha256 })
    yield `${JSON.stringify({ key, bytes, sha256 })}\n`
  }
}

/** Up to `size` at a time, in order. */
export async function* inChunks<One>(all: AsyncIterable<One>, size: number): AsyncGenerator<One[]> {
  let chunk: One[] = []
  for await (const one of all) {
    chunk.push(one)
    if (chunk.length < size) continue
    yield chunk
    chunk = []
  }
  if (chunk.length > 0) yield chunk
}
