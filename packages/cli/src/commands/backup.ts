import type { Command } from 'commander'
import { action, type Given } from '../finish.js'
import { showProgress } from '../progress.js'
import { integerOf } from '../read-given.js'
import { assertLocal } from '../remote.js'
import { skipped } from '../run-task.js'
import { openSource, using } from '../services.js'

/** Adds `backup`. */
export function addBackup(program: Command): void {
  program
    .command('backup')
    .description(
      'write every database and every file into a folder, beside earlier backups, while services run',
    )
    .requiredOption('--to <folder>', 'the folder of backups; files that it has already are not copied again')
    .option('--keep <number>', 'delete all but this many of the newest backups afterwards')
    .option('--verify', 'also read the files that the folder has, and copy damaged ones again')
    .option('--dry-run', 'write nothing, only count what would be copied')
    .action(action((given) => backUp(given)))
}

async function backUp(given: Given) {
  assertLocal(given)
  const folder = String(given.to)
  const keep = given.keep === undefined ? undefined : integerOf('--keep', given.keep, 1)
  const progress = showProgress(given)
  try {
    return await using(openSource(given), async (source) => {
      const [{ surveyBackup, takeBackup }, { takeUpkeepLock }] = await Promise.all([
        import('../backup/take-backup.js'),
        import('@likeness/runtime/upkeep-lock'),
      ])
      if (given.dryRun) return { result: await surveyBackup(source, folder) }
      const lock = await takeUpkeepLock(source.urls.media, 'backup')
      if (!lock) return { result: skipped }
      try {
        const { missing, ...taken } = await takeBackup(
          source,
          folder,
          { verify: given.verify === true },
          progress.tell,
        )
        const { dropBackups } = await import('../backup/drop-backups.js')
        const dropped = keep === undefined ? {} : await dropBackups(folder, keep)
        const attention = `${missing.length} files that the database names are not in the storage, such as ${missing[0]}.`
        return {
          result: {
            ...taken,
            ...dropped,
            missing: missing.length,
            ...(missing.length > 0 ? { attention } : {}),
          },
        }
      } finally {
        await lock.release()
      }
    })
  } finally {
    progress.end()
  }
}
