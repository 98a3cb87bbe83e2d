import type { FailureItemsQuery, Step } from '@likeness/contracts'
import type { Database } from '@likeness/runtime/database'
import { type RawBuilder, sql } from 'kysely'
import type { Tables } from './database.js'
import { type WaitingRow, waiting } from './waiting.queries.js'

type Db = Database<Tables>

/** What waits, with why: the job has not run, or failed. */
const waits = sql`
  select waiting.*, coalesce(cause, 'no-run') as cause, 'waiting' as state,
    coalesce(attempts, 0) as attempts, last_at
  from ${waiting} as waiting left join failed_runs on failed_runs.step = waiting.step and failed_runs.key = waiting.key`

const waitsLong = (seconds: number) => sql`${waits} where since < now() - make_interval(secs => ${seconds})`

/** Uploads that ended without an avatar, and imports that were given up. */
const ended = (since: Date) => sql`
  select case status when 'rejected' then 'prepare' else 'publish' end as step, user_id, id as upload_id,
    id::text as key, closed_at as since, format, version,
    failure_code as cause, 'ended' as state, 1 as attempts, closed_at as last_at
  from uploads where status in ('rejected', 'failed') and closed_at >= ${since}
  union all
  select 'import', user_id, null, user_id::text, ended_at, null, null, failure, 'ended', attempts, ended_at
  from picture_imports where ended_at >= ${since}`

/** What waits longer than `waitingSeconds`, or ended at `endedSince` or later. */
export type Bounds = { readonly waitingSeconds: number; readonly endedSince: Date }

export type FailureGroupRow = {
  step: Step
  cause: string
  state: 'waiting' | 'ended'
  count: number
  since: Date
  attempts: number
  last_at: Date | null
}

/** How many there are of each cause, most first. */
export async function countFailures(
  db: Db,
  { waitingSeconds, endedSince }: Bounds,
): Promise<FailureGroupRow[]> {
  const { rows } = await sql<FailureGroupRow>`
    select step, cause, state, count(*) as count, min(since) as since, sum(attempts) as attempts, max(last_at) as last_at
    from (${waitsLong(waitingSeconds)} union all ${ended(endedSince)}) as failure
    group by step, cause, state
    order by count desc, step, cause, state`.execute(db)
  return rows
}

export type FailureRow = Omit<FailureGroupRow, 'count'> & WaitingRow

/** Those of one cause, oldest first, after the one of this time and key. */
export async function listFailures(
  db: Db,
  { step, cause, state }: Pick<FailureItemsQuery, 'step' | 'cause' | 'state'>,
  bounds: Bounds,
  page: { after: { since: Date; key: string } | undefined; limit: number },
): Promise<FailureRow[]> {
  const all: RawBuilder<unknown> =
    state === 'waiting' ? waitsLong(bounds.waitingSeconds) : ended(bounds.endedSince)
  const later = page.after
    ? sql`and (since, key) > (${page.after.since}::timestamptz, ${page.after.key}::text)`
    : sql``
  const { rows } = await sql<FailureRow>`
    select * from (${all}) as failure
    where step = ${step} and cause = ${cause} ${later}
    order by since, key limit ${page.limit}`.execute(db)
  return rows
}

/** What waits of one upload, however short. */
export async function listWaitsOf(db: Db, uploadId: string): Promise<FailureRow[]> {
  const { rows } = await sql<FailureRow>`${waits} where upload_id = ${uploadId}`.execute(db)
  return rows
}
