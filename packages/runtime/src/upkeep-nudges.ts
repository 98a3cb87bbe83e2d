import type { QueryExecutorProvider } from 'kysely'
import type { Logger } from './logger.js'
import type { JobQueue } from './queue.js'
import { findWaitingRuns, type UpkeepRunRow } from './upkeep-runs.table.js'

type Queueing = { readonly queue: JobQueue; readonly logger: Logger }

/** Adds the job of a run that waits for a worker. Not awaited: `requeue-stuck` adds it again if the queue is away. */
export function nudgeRun({ queue, logger }: Queueing, { id, task }: Pick<UpkeepRunRow, 'id' | 'task'>): void {
  queue
    .add(task, { runId: id }, id)
    .catch((error: unknown) => logger.warn({ err: error, job: task, id }, 'could not enqueue; upkeep will'))
}

/**
 * Adds the job again for runs of these tasks that have waited too long.
 * @returns how many wait
 */
export async function requeueRuns(
  deps: Queueing & { readonly db: QueryExecutorProvider },
  tasks: readonly string[],
  options: { olderThanSeconds: number; dryRun: boolean },
): Promise<number> {
  const runs = await findWaitingRuns(deps.db, tasks, options.olderThanSeconds)
  if (!options.dryRun) for (const run of runs) nudgeRun(deps, run)
  return runs.length
}
