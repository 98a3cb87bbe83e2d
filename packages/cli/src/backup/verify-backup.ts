import type { Progress } from '@likeness/runtime/upkeep'
import { CommandError } from '../finish.js'
import { type Manifest, tablesIn } from './archive.js'
import { inChunks, type PoolFiles, readFileList, sha256Of } from './files.js'
import { isWhole } from './parts.js'

/** Faults that are named; more are counted. */
const mostNamed = 10
const atOnce = 16

/**
 * Reads all of a backup.
 * @throws CommandError that names what is damaged or missing
 */
export async function verifyBackup(
  backup: string,
  manifest: Manifest,
  pool: PoolFiles,
  tell: (progress: Progress) => void,
): Promise<void> {
  const { files } = manifest
  const damaged: string[] = []
  for (const part of [...tablesIn(manifest), files])
    if (!(await isWhole(backup, part))) damaged.push(part.file)
  // Without its list nothing is known of the files.
  if (damaged.length > 0) throw damage(backup, damaged)
  let done = 0
  for await (const entries of inChunks(readFileList(backup, files), atOnce)) {
    const found = await Promise.all(entries.map(({ key }) => hashIn(pool, key)))
    for (const [index, { key, sha256 }] of entries.entries())
      if (found[index] !== sha256) damaged.push(`files/${key}`)
    done += entries.length
    tell({ done, total: files.count, of: 'files verified' })
  }
  if (damaged.length > 0) throw damage(backup, damaged)
}

async function hashIn(pool: PoolFiles, key: string): Promise<string | undefined> {
  const bytes = await pool.read(key)
  return bytes && sha256Of(bytes)
}

const damage = (backup: string, names: readonly string[]) =>
  new CommandError(
    `${backup} is damaged; nothing was restored. Damaged or missing: ${names.slice(0, mostNamed).join(', ')}` +
      `${names.length > mostNamed ? ` and ${names.length - mostNamed} more` : ''}.`,
  )
