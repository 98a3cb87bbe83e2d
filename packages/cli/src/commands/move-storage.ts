import { existsSync } from 'node:fs'
import type { BlobStore } from '@likeness/storage'
import type { Command } from 'commander'
import { action, CommandError, UsageError } from '../finish.js'
import { showProgress } from '../progress.js'
import { assertLocal } from '../remote.js'

export function addMoveStorage(program: Command): void {
  program
    .command('move-storage')
    .description('copy every blob from one storage to another while both may be in use')
    .requiredOption('--from <url>', 'the old storage, as STORAGE_URL names it')
    .requiredOption('--to <url>', 'the new storage')
    .option('--verify', 'also compare the content of blobs that exist already')
    .option('--dry-run', 'copy nothing, only count what is missing')
    .action(
      action(async (given) => {
        assertLocal(given)
        const [{ moveStorage }, from, to] = [
          await import('@likeness/media/operations'),
          await open(String(given.from), 'old'),
          await open(String(given.to), 'new'),
        ]
        const progress = showProgress(given)
        try {
          const options = { dryRun: given.dryRun === true, verify: given.verify === true }
          const moved = await moveStorage(from, to, options, ({ seen }) =>
            progress.tell({ done: seen, of: 'blobs seen' }),
          )
          return { result: moved }
        } finally {
          progress.end()
          await from.close()
          await to.close()
        }
      }),
    )
}

/** Opening a disk creates its folder, so a mistyped one would look empty. */
async function open(url: string, which: 'old' | 'new'): Promise<BlobStore> {
  const { openStorage, parseStorageUrl } = await import('@likeness/storage')
  let target: ReturnType<typeof parseStorageUrl>
  try {
    target = parseStorageUrl(url)
  } catch (error) {
    throw new UsageError(`the ${which} storage ${error instanceof Error ? error.message : 'is not valid'}`)
  }
  if (which === 'old' && target.kind === 'disk' && !existsSync(target.folder)) {
    throw new CommandError(`The storage folder ${target.folder} does not exist`)
  }
  return openStorage(url)
}
