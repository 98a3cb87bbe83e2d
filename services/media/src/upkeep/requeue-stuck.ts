import { requeueRuns } from '@likeness/runtime/upkeep-nudges'
import { findUnerased } from '../database/erased-users.table.js'
import { findUntoldNotices } from '../database/owner-notices.table.js'
import { findUnfinished } from '../database/takedowns.table.js'
import { findStuck } from '../database/upkeep.queries.js'
import type { Deps } from '../deps.js'
import { prepareJob, publishJob } from '../queue.js'

const batch = 1_000

/**
 * Adds the job again for every row that waits longer than it should: the row is the outbox, so a queue
 * that lost its jobs loses no upload and no withdrawal. A job that still waits or runs is not added twice.
 * @returns how many rows wait
 */
export async function requeueStuck(
  deps: Deps,
  options: { dryRun: boolean },
): Promise<
  Record<'prepare' | 'publish' | 'withdraw' | 'describe' | 'takeDown' | 'tell' | 'erase' | 'upkeep', number>
> {
  const { REQUEUE_AFTER_SECONDS } = deps.config
  const { unprepared, unpublished, untold, undescribed } = await findStuck(
    deps.db,
    REQUEUE_AFTER_SECONDS,
    batch,
  )
  const unerased = await findUnerased(deps.db, REQUEUE_AFTER_SECONDS, batch)
  const unfinished = await findUnfinished(deps.db, REQUEUE_AFTER_SECONDS, batch)
  const notices = await findUntoldNotices(deps.db, REQUEUE_AFTER_SECONDS, batch)
  if (!options.dryRun) {
    for (const row of unprepared) deps.enqueue(...prepareJob(row))
    for (const row of unpublished) deps.enqueue(...publishJob(row))
    for (const row of untold) deps.enqueue('tell-withdrawal', { userId: row.user_id, version: row.version })
    for (const { user_id: userId, upload_id: uploadId } of undescribed)
      deps.enqueue('tell-description', { userId, uploadId })
    for (const takedownId of unfinished) deps.enqueue('take-down', { takedownId })
    for (const { user_id: userId, id: noticeId } of notices) deps.enqueue('tell-owner', { userId, noticeId })
    for (const userId of unerased) deps.enqueue('erase-user', { userId })
  }
  return {
    prepare: unprepared.length,
    publish: unpublished.length,
    withdraw: untold.length,
    describe: undescribed.length,
    takeDown: unfinished.length,
    tell: notices.length,
    erase: unerased.length,
    upkeep: await requeueRuns(deps, Object.keys(deps.config.UPKEEP_SCHEDULE), {
      ...options,
      olderThanSeconds: REQUEUE_AFTER_SECONDS,
    }),
  }
}
