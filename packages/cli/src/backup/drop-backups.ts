import { join } from 'node:path'
import { mergeByKey } from '@likeness/storage'
import { CommandError } from '../finish.js'
import { deleteBackup, listBackups, readManifest } from './archive.js'
import { inChunks, openPool, readFileList } from './files.js'
import { isWhole } from './parts.js'

type Keyed = { readonly key: string }
const batch = 500

/**
 * Deletes all backups of a folder but the newest ones, and the files that none of those has.
 * @param keep how many stay, at least one
 * @throws CommandError when a backup that stays is damaged: what it has cannot be told, and nothing more is deleted
 */
export async function dropBackups(
  folder: string,
  keep: number,
): Promise<{ dropped: number; droppedFiles: number }> {
  const all = await listBackups(folder)
  const old = all.slice(0, Math.max(0, all.length - keep))
  for (const name of old) await deleteBackup(folder, name)
  let named: AsyncIterable<Keyed> = none()
  for (const name of all.slice(old.length)) named = either(named, filesOf(join(folder, name)))
  const pool = openPool(folder)
  try {
    let droppedFiles = 0
    for await (const keys of inChunks(onlyFirst(pool.store.list(''), named), batch)) {
      await pool.store.delete(keys)
      droppedFiles += keys.length
    }
    return { dropped: old.length, droppedFiles }
  } finally {
    await pool.store.close()
  }
}

async function* none(): AsyncGenerator<Keyed> {}

async function* filesOf(backup: string): AsyncGenerator<Keyed> {
  const { files } = await readManifest(backup)
  if (!(await isWhole(backup, files))) throw new CommandError(`The list of files in ${backup} is damaged.`)
  yield* readFileList(backup, files)
}

async function* either(one: AsyncIterable<Keyed>, other: AsyncIterable<Keyed>): AsyncGenerator<Keyed> {
  for await (const { key } of mergeByKey(one, other)) yield { key }
}

async function* onlyFirst(one: AsyncIterable<Keyed>, other: AsyncIterable<Keyed>): AsyncGenerator<string> {
  for await (const { key, first, second } of mergeByKey(one, other)) if (first && !second) yield key
}
