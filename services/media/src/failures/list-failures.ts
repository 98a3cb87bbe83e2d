import type { Failure, FailureGroup } from '@likeness/contracts'
import type { failures } from '@likeness/contracts/endpoints'
import { openPage } from '@likeness/runtime/page'
import type { Handler } from '@likeness/runtime/serve'
import { filtersOf } from '@likeness/runtime/trail/audit-events'
import { noteReading } from '@likeness/runtime/trail/operators'
import {
  type Bounds,
  countFailures,
  type FailureGroupRow,
  type FailureRow,
  listFailures,
} from '../database/failures.queries.js'
import type { Deps } from '../deps.js'

const sevenDaysMs = 7 * 86_400_000

/** `failures.list`: what failed or waits too long, by step and cause. */
export const listFailuresHandler =
  (deps: Deps): Handler<typeof failures.list> =>
  async (request) => ({ items: await readFailures(deps, request.query.since) })

/** @param since of what ended; seven days ago unless given */
export async function readFailures(deps: Deps, since: string | undefined): Promise<FailureGroup[]> {
  return (await countFailures(deps.db, boundsOf(deps, since))).map(viewGroup)
}

/** `failures.items`: which uploads or people one group is about. */
export const listFailureItemsHandler =
  (deps: Deps): Handler<typeof failures.items> =>
  async (request, reply) => {
    const { query } = request
    const page = openPage(request, query, deps.cursors)
    const details = { ...filtersOf(query), step: query.step, cause: query.cause }
    await noteReading(deps.db, request, { action: 'failures-listed', userId: null, details })
    const rows = await listFailures(deps.db, query, boundsOf(deps, query.since), {
      after: page.after === undefined ? undefined : readPlace(page.after),
      limit: page.rows,
    })
    return page.answer(
      reply,
      rows.map((row) => ({ ...row, id: placeOf(row) })),
      (shown) => shown.map(viewFailure),
    )
  }

const boundsOf = ({ config }: Deps, since: string | undefined): Bounds => ({
  waitingSeconds: config.REQUEUE_AFTER_SECONDS,
  endedSince: since === undefined ? new Date(Date.now() - sevenDaysMs) : new Date(since),
})

/** Where a page ends. */
const placeOf = ({ since, key }: FailureRow) => `${since.toISOString()} ${key}`

function readPlace(place: string): { since: Date; key: string } {
  const [since = '', key = ''] = place.split(' ', 2)
  return { since: new Date(since), key }
}

const viewGroup = ({
  step,
  cause,
  state,
  count,
  since,
  attempts,
  last_at,
}: FailureGroupRow): FailureGroup => ({
  step,
  cause,
  state,
  count,
  since: since.toISOString(),
  attempts,
  lastAt: last_at?.toISOString() ?? null,
})

const viewFailure = (row: FailureRow): Failure => ({
  step: row.step,
  cause: row.cause,
  state: row.state,
  userId: row.user_id,
  uploadId: row.upload_id,
  since: row.since.toISOString(),
  attempts: row.attempts,
  lastAt: row.last_at?.toISOString() ?? null,
})
