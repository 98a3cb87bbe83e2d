import type { Step } from '@likeness/contracts'
import type { Database } from '@likeness/runtime/database'
import { type Generated, sql } from 'kysely'
import type { Tables } from './database.js'
import type { OldRows } from './old-rows.queries.js'

/** Why work waits: the last failed run of each job. Written only when one fails; the row it works for says if it waits. */
export type FailedRunsTable = {
  step: Step
  /** The key of the job. */
  key: string
  user_id: string
  cause: string
  attempts: Generated<number>
  last_at: Generated<Date>
}

export async function noteFailedRun(
  db: Database<Tables>,
  run: { step: Step; key: string; user_id: string; cause: string },
): Promise<void> {
  await db
    .insertInto('failed_runs')
    .values(run)
    .onConflict((conflict) =>
      conflict.columns(['step', 'key']).doUpdateSet({
        cause: run.cause,
        attempts: sql<number>`failed_runs.attempts + 1`,
        last_at: sql<Date>`now()`,
      }),
    )
    .execute()
}

/** Runs of work that is done by now: what still waits has failed again within minutes. */
export const oldFailedRuns: OldRows = {
  table: 'failed_runs',
  since: 'last_at',
  isOld: sql<boolean>`last_at <= now() - interval '1 day'`,
}
