import { open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { CommandError } from '../finish.js'

const Part = z.object({ file: z.string(), bytes: z.int(), sha256: z.string().length(64) })
const ServiceParts = z.object({
  /** Of the schema that the tables have. */
  migrations: z.array(z.string()),
  tables: z.array(Part.extend({ name: z.string(), columns: z.array(z.string()), rows: z.int() })),
  /** The last value that each sequence gave. */
  sequences: z.record(z.string(), z.int()),
})
export type ServiceParts = z.output<typeof ServiceParts>

const Manifest = z.object({
  format: z.literal(1),
  id: z.uuid(),
  release: z.string(),
  takenAt: z.iso.datetime(),
  /** Null where media works without it. */
  accounts: ServiceParts.nullable(),
  media: ServiceParts,
  /** The list of the files that the rows name, a line of JSON each; they are in the folder `files` beside the backup. */
  files: Part.extend({
    count: z.int(),
    totalBytes: z.int(),
    /** Keys that the rows name and that were deleted before they were copied. */
    gone: z.array(z.string()),
  }),
})
/** What a backup consists of. It is written last: a backup without it is none. */
export type Manifest = z.output<typeof Manifest>

const manifestFile = 'manifest.json'
const unfinished = '.unfinished-'
const backupName = /^\d{4}-\d\d-\d\dT[\d-]+\.\d{3}Z$/

/** The services whose databases a backup holds. */
export const servicesIn = ({ accounts }: Manifest): ('accounts' | 'media')[] =>
  accounts ? ['accounts', 'media'] : ['media']

/** The tables that a backup holds. */
export const tablesIn = ({ accounts, media }: Manifest) => [...(accounts?.tables ?? []), ...media.tables]

/** The name of a backup's folder, which tells when it was taken. */
export const nameOf = (takenAt: Date): string => takenAt.toISOString().replaceAll(':', '-')

/** The folder in which a backup is made, or one is deleted. */
export const unfinishedFolder = (folder: string, name: string): string => join(folder, unfinished + name)

/** The names of the whole backups in a folder, the oldest first; none where there is no folder. */
export async function listBackups(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  })
  return names.filter((name) => backupName.test(name)).sort()
}

/** Deletes what runs that were killed have left, once no other run is under way. */
export async function removeUnfinished(folder: string): Promise<void> {
  const names = await readdir(folder)
  for (const name of names.filter((one) => one.startsWith(unfinished)))
    await rm(join(folder, name), { recursive: true })
}

/** Completes a backup: from here on it has its name. */
export async function finishBackup(folder: string, name: string, manifest: Manifest): Promise<void> {
  const made = unfinishedFolder(folder, name)
  const file = await open(join(made, manifestFile), 'wx', 0o600)
  try {
    await file.writeFile(`${JSON.stringify(manifest, null, 2)}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  for (const one of [made, ...servicesIn(manifest).map((service) => join(made, service))])
    await syncFolder(one)
  await rename(made, join(folder, name))
  await syncFolder(folder)
}

/** Deletes a whole backup; one that is half deleted is no backup any more. */
export async function deleteBackup(folder: string, name: string): Promise<void> {
  await rename(join(folder, name), unfinishedFolder(folder, name))
  await rm(unfinishedFolder(folder, name), { recursive: true })
}

/** @throws CommandError when there is no whole backup in this folder */
export async function readManifest(backup: string): Promise<Manifest> {
  const text = await readFile(join(backup, manifestFile), 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined)
    throw new CommandError(`${backup} is no backup, or one that was not finished: it has no ${manifestFile}.`)
  const manifest = Manifest.safeParse(parse(text))
  if (!manifest.success)
    throw new CommandError(`${join(backup, manifestFile)} is damaged, or of another release.`)
  return manifest.data
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

async function syncFolder(path: string): Promise<void> {
  // Windows has no fsync of a folder.
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
