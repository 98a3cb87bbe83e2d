import { randomUUID } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { version } from '@likeness/contracts'
import { judgeBlobs, namedFiles, type Tables } from '@likeness/media/operations'
import { onConnection } from '@likeness/runtime/database'
import type { Progress } from '@likeness/runtime/upkeep'
import type { BlobStore } from '@likeness/storage'
import { CommandError } from '../finish.js'
import {
  finishBackup,
  listBackups,
  type Manifest,
  nameOf,
  readManifest,
  removeUnfinished,
  servicesIn,
  tablesIn,
  unfinishedFolder,
} from './archive.js'
import { connect } from './connect.js'
import { dumpService, tablesOf } from './dump-service.js'
import {
  copyFiles,
  type FileEntry,
  inChunks,
  linesOfFiles,
  listFiles,
  lookIntoPool,
  openPool,
  type PoolFiles,
  readFileList,
} from './files.js'
import { isWhole, writePart } from './parts.js'
import { openSnapshots, type Snapshots } from './snapshots.js'

export type Source = {
  /** Without that of accounts where media works without it. */
  readonly urls: { readonly accounts: string | undefined; readonly media: string }
  readonly storage: BlobStore
}
type Tell = (progress: Progress) => void

export type Taken = {
  /** Its folder. */
  readonly backup: string
  readonly services: readonly string[]
  readonly rows: number
  readonly files: number
  readonly bytes: number
  /** Files of it that the folder did not have yet. */
  readonly copied: number
  /** Files that its rows name and that were deleted before they were copied, by services that closed their uploads. */
  readonly gone: number
  /** Files that are named and not in the storage. */
  readonly missing: readonly string[]
}

/**
 * Makes a backup in a folder beside the earlier ones, while services run.
 *
 * Files come first, which takes the longest, then the databases at one moment, then the files that were added meanwhile.
 * So a file that the rows name is lost to the backup only if it was both stored and deleted during the second, short walk
 * over the storage.
 * @param options `verify`: also reads the files that the folder has
 */
export async function takeBackup(
  { urls, storage }: Source,
  folder: string,
  options: { verify: boolean },
  tell: Tell,
): Promise<Taken> {
  await mkdir(join(folder, 'files'), { recursive: true, mode: 0o700 })
  await removeUnfinished(folder)
  const pool = openPool(folder)
  const total = await countFiles(storage, tell)
  let copied = 0
  const telling = () => {
    let done = 0
    return (one: { bytes: number }) => {
      done += 1
      if (one.bytes > 0) copied += 1
      tell({ done, total: Math.max(total, done), of: 'files' })
    }
  }
  const name = nameOf(new Date())
  const made = unfinishedFolder(folder, name)
  await mkdir(made, { mode: 0o700 })
  const early = await writePart(
    made,
    'early.ndjson.gz',
    linesOfFiles(
      copyFiles(
        { storage, pool, known: lastFiles(folder) },
        { keepGone: false, verify: options.verify },
        telling(),
      ),
    ),
  )
  const takenAt = new Date()
  const snapshots = await openSnapshots(urls)
  try {
    const { accounts, media } = await dumpAll(snapshots, made, tell)
    const db = onConnection<Tables>(snapshots.media)
    const later = copyFiles(
      { storage, pool, known: readFileList(made, early) },
      { keepGone: true, verify: false },
      telling(),
    )
    const sum = { count: 0, totalBytes: 0 }
    const list = await writePart(
      made,
      'files.ndjson.gz',
      linesOfFiles(namedOnly(db, later), ({ bytes }) => {
        sum.count += 1
        sum.totalBytes += bytes
      }),
    )
    const absent = await findAbsent(db, pool)
    const missing = await stillNamed(urls.media, absent)
    const gone = absent.filter((key) => !missing.includes(key))
    await rm(join(made, early.file))
    const manifest: Manifest = {
      ...{ format: 1, id: randomUUID(), release: version, takenAt: takenAt.toISOString() },
      ...{ accounts, media, files: { ...list, ...sum, gone } },
    }
    await finishBackup(folder, name, manifest)
    return {
      backup: join(folder, name),
      services: servicesIn(manifest),
      rows: tablesIn(manifest).reduce((rows, table) => rows + table.rows, 0),
      ...{ files: sum.count, bytes: sum.totalBytes, copied, gone: gone.length, missing },
    }
  } finally {
    await snapshots.close()
    await pool.store.close()
  }
}

/** Counts what a backup would copy. */
export async function surveyBackup(
  { storage }: Pick<Source, 'storage'>,
  folder: string,
): Promise<{ files: number; bytes: number; toCopy: number; bytesToCopy: number }> {
  const survey = { files: 0, bytes: 0, toCopy: 0, bytesToCopy: 0 }
  const pool = lookIntoPool(folder)
  for await (const { key, bytes } of listFiles(storage)) {
    survey.files += 1
    survey.bytes += bytes
    if ((await pool.sizeOf(key)) === bytes) continue
    survey.toCopy += 1
    survey.bytesToCopy += bytes
  }
  return survey
}

async function countFiles(storage: BlobStore, tell: Tell): Promise<number> {
  let count = 0
  for await (const _ of listFiles(storage)) {
    count += 1
    tell({ done: count, of: 'files found' })
  }
  return count
}

/** The files of the newest backup, whose hashes need not be computed again. */
async function* lastFiles(folder: string): AsyncGenerator<FileEntry> {
  const last = (await listBackups(folder)).at(-1)
  if (last === undefined) return
  const backup = join(folder, last)
  // One that is damaged, or of another release, knows nothing: files of the folder are read instead.
  const known = await readManifest(backup).catch((error: unknown) => {
    if (error instanceof CommandError) return undefined
    throw error
  })
  if (known && (await isWhole(backup, known.files))) yield* readFileList(backup, known.files)
}

async function dumpAll({ accounts, media }: Snapshots, folder: string, tell: Tell) {
  const tables = [...(accounts ? await tablesOf(accounts) : []), ...(await tablesOf(media))]
  const estimate = tables.reduce((rows, table) => rows + table.estimate, 0)
  let done = 0
  const told = (rows: number) => {
    done += rows
    tell({ done, total: Math.max(Math.round(estimate), done), of: 'rows' })
  }
  return {
    accounts: accounts ? await dumpService(accounts, { folder, service: 'accounts', tell: told }) : null,
    media: await dumpService(media, { folder, service: 'media', tell: told }),
  }
}

type Db = Parameters<typeof judgeBlobs>[0]
const batch = 500

async function* namedOnly(db: Db, entries: AsyncIterable<FileEntry>): AsyncGenerator<FileEntry> {
  for await (const chunk of inChunks(entries, batch)) yield* (await judgeBlobs(db, chunk)).named
}

/** Files that the rows name and that the pool lacks. */
async function findAbsent(db: Db, pool: PoolFiles): Promise<string[]> {
  const absent = new Set<string>()
  for await (const keys of namedFiles(db)) {
    const sizes = await Promise.all(keys.map((key) => pool.sizeOf(key)))
    for (const [index, key] of keys.entries()) if (sizes[index] === undefined) absent.add(key)
  }
  return [...absent]
}

/** Those of these files that the database names by now. */
async function stillNamed(mediaUrl: string, keys: readonly string[]): Promise<string[]> {
  if (keys.length === 0) return []
  const client = await connect(mediaUrl, 'backup')
  try {
    const named: string[] = []
    for (let at = 0; at < keys.length; at += batch) {
      const blobs = keys.slice(at, at + batch).map((key) => ({ key }))
      named.push(...(await judgeBlobs(onConnection<Tables>(client), blobs)).named.map(({ key }) => key))
    }
    return named
  } finally {
    await client.end()
  }
}
