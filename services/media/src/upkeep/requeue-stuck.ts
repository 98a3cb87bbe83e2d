import type { Step } from '@likeness/contracts'
import { requeueRuns } from '@likeness/runtime/upkeep-nudges'
import { findUnfinished } from '../database/takedowns.table.js'
import { listWaiting, steps } from '../database/waiting.queries.js'
import type { Deps } from '../deps.js'
import { jobOf } from '../queue.js'

const batch = 1_000

/**
 * Adds the job again for every row that waits longer than it should: the row is the outbox, so a queue
 * that lost its jobs loses no upload and no withdrawal. A job that still waits or runs is not added twice.
 * @returns how many rows wait
 */
export async function requeueStuck(
  deps: Deps,
  { dryRun }: { dryRun: boolean },
): Promise<Record<Step | 'takeDown' | 'upkeep', number>> {
  const { db, config, enqueue } = deps
  const olderThanSeconds = config.REQUEUE_AFTER_SECONDS
  const counts: [Step, number][] = []
  // One after the other: nobody waits, and together they would take as many connections.
  for (const step of steps) {
    const rows = await listWaiting(db, step, { olderThanSeconds, limit: batch })
    if (!dryRun) for (const row of rows) enqueue(...jobOf(row))
    counts.push([step, rows.length])
  }
  const unfinished = await findUnfinished(db, olderThanSeconds, batch)
  if (!dryRun) for (const takedownId of unfinished) enqueue('take-down', { takedownId })
  return {
    ...(Object.fromEntries(counts) as Record<Step, number>),
    takeDown: unfinished.length,
    upkeep: await requeueRuns(deps, Object.keys(config.UPKEEP_SCHEDULE), { dryRun, olderThanSeconds }),
  }
}
