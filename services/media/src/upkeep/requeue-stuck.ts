import { findUnerased } from '../database/erased-users.table.js'
import { findStuck } from '../database/upkeep.queries.js'
import type { Deps } from '../deps.js'

const batch = 1_000

/**
 * Adds the job again for every upload that waits longer than it should: the row is the outbox, so a queue
 * that lost its jobs loses no upload. A job that still waits or runs is not added twice.
 * @returns how many rows wait
 */
export async function requeueStuck(
  deps: Deps,
  options: { dryRun: boolean },
): Promise<{ prepare: number; publish: number; erase: number }> {
  const { unprepared, unpublished } = await findStuck(deps.db, deps.config.REQUEUE_AFTER_SECONDS, batch)
  const unerased = await findUnerased(deps.db, deps.config.REQUEUE_AFTER_SECONDS, batch)
  if (!options.dryRun) {
    for (const row of unprepared)
      await deps.enqueue('prepare-upload', { uploadId: row.id, userId: row.user_id })
    for (const row of unpublished)
      await deps.enqueue('publish-avatar', { uploadId: row.id, userId: row.user_id })
    for (const userId of unerased) await deps.enqueue('erase-user', { userId })
  }
  return { prepare: unprepared.length, publish: unpublished.length, erase: unerased.length }
}
