import { join } from 'node:path'
import type { Command } from 'commander'
import { action, CommandError, type Given } from '../finish.js'
import { showProgress } from '../progress.js'
import { assertLocal } from '../remote.js'
import { skipped } from '../run-task.js'
import { openSource, using } from '../services.js'

/** Adds `restore`. */
export function addRestore(program: Command): void {
  program
    .command('restore')
    .description('restore a backup into empty databases and an empty storage, before any service starts')
    .requiredOption('--from <folder>', 'a backup, or the folder of backups, whose newest is taken')
    .option('--verify', 'only read all of the backup; no database and no storage is needed')
    .option('--dry-run', 'restore nothing; read all of the backup, and look whether the target is empty')
    .action(action((given) => restore(given)))
}

async function restore(given: Given) {
  assertLocal(given)
  const backup = await backupOf(String(given.from))
  const progress = showProgress(given)
  const { checkBackup, restoreBackup } = await import('../backup/restore-backup.js')
  try {
    if (given.verify) return { result: { backup, ...(await checkBackup(backup, progress.tell)) } }
    return await using(openSource(given), async (source) => {
      const { takeUpkeepLock } = await import('@likeness/runtime/upkeep-lock')
      const lock = await takeUpkeepLock(source.urls.media, 'restore')
      if (!lock) return { result: skipped }
      try {
        const restored = await restoreBackup(backup, source, { dryRun: given.dryRun === true }, progress.tell)
        return { result: { backup, ...restored } }
      } finally {
        await lock.release()
      }
    })
  } finally {
    progress.end()
  }
}

async function backupOf(folder: string): Promise<string> {
  const { listBackups } = await import('../backup/archive.js')
  const newest = (await listBackups(folder)).at(-1)
  if (newest !== undefined) return join(folder, newest)
  const { existsSync } = await import('node:fs')
  if (!existsSync(folder)) throw new CommandError(`There is no folder ${folder}.`)
  return folder
}
