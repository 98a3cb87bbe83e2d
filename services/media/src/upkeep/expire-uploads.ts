import type { Result, RunBy, UpkeepOptions } from '@likeness/runtime/upkeep'
import { countAbandoned, deleteAbandoned } from '../database/direct-uploads.table.js'
import { countExpired, expireBatch } from '../database/upkeep.queries.js'
import type { Deps } from '../deps.js'
import { uploadsTopic } from '../topics.js'
import { stagedFiles } from '../uploads/render-ahead.js'
import { directKey } from '../uploads/upload-files.js'
import { attentionTo, type FileCleaner, openFileCleaner } from './file-cleaner.js'

// Rows of one statement, which are locked while it runs: about a tenth of a second.
const batch = 1_000

/**
 * Expires pending uploads whose time is up and deletes their files; drops direct uploads that were never completed. Each
 * batch is committed by itself before its files are deleted, so a run that is killed leaves at most the files of the last
 * few to `collect-garbage`, and the next one goes on. On `signal` it ends with the batch under way.
 * @param options `dryRun`: only count them
 * @returns how many of each; `attention` where the storage failed
 */
export async function expireUploads(
  deps: Deps,
  { dryRun, onProgress, signal, by = {} }: UpkeepOptions,
): Promise<Result & { expired: number; abandoned: number }> {
  if (dryRun) return { expired: await countExpired(deps.db), abandoned: await countAbandoned(deps.db) }
  const files = openFileCleaner(deps)
  const total = onProgress && (await countExpired(deps.db))
  try {
    const expired = await expirePending(deps, files, {
      by,
      signal,
      tell: (done) => onProgress?.({ done, of: 'uploads', ...(total === undefined ? {} : { total }) }),
    })
    const abandoned = await dropAbandoned(deps, files, signal)
    return { expired, abandoned, ...attentionTo(await files.end(), signal) }
  } finally {
    // Also when the database failed: what was committed is cleaned up.
    await files.end()
  }
}

async function expirePending(
  deps: Deps,
  files: FileCleaner,
  { by, signal, tell }: { by: RunBy; signal: AbortSignal | undefined; tell: (done: number) => void },
): Promise<number> {
  let expired = 0
  let from: Date | undefined
  for (;;) {
    const { rows, until } = await expireBatch(deps.db, { from, limit: batch, by })
    await files.delete(rows.flatMap(stagedFiles))
    // Notices wait in memory until they are sent.
    await Promise.all(
      rows.map(({ id, user_id }) =>
        deps.bus.publish(uploadsTopic, { id, userId: user_id, status: 'expired' }),
      ),
    )
    expired += rows.length
    tell(expired)
    if (rows.length < batch || signal?.aborted) return expired
    from = until
  }
}

async function dropAbandoned(
  deps: Deps,
  files: FileCleaner,
  signal: AbortSignal | undefined,
): Promise<number> {
  let abandoned = 0
  while (!signal?.aborted) {
    const rows = await deleteAbandoned(deps.db, batch)
    await files.delete(rows.map(directKey))
    abandoned += rows.length
    if (rows.length < batch) break
  }
  return abandoned
}
