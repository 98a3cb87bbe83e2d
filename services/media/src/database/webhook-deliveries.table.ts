import type { DeliveryState } from '@likeness/contracts'
import type { Database, Transaction } from '@likeness/runtime/database'
import { statement } from '@likeness/runtime/prepared'
import { type ColumnType, type Generated, type Selectable, sql } from 'kysely'
import type { Tables } from './database.js'
import type { WebhookEventRow } from './webhook-events.table.js'

/** What is sent to one endpoint about one event, how often it was tried, and what was answered last. */
export type WebhookDeliveriesTable = {
  endpoint_id: string
  event_id: string
  state: Generated<DeliveryState>
  /** Tries that were begun since the last replay. */
  attempts: Generated<number>
  /** Sent again because someone asked for it: its outcome says nothing about the endpoint. */
  is_replay: Generated<boolean>
  /** When it is tried next; while it is tried, when another process may. */
  next_at: ColumnType<Date | null, never, Date | null>
  last_at: ColumnType<Date | null, never, Date | null>
  last_ms: ColumnType<number | null, never, number | null>
  last_status: ColumnType<number | null, never, number | null>
  /** Why there was no answer. */
  last_fault: ColumnType<string | null, never, string | null>
  last_answer: ColumnType<string | null, never, string | null>
  delivered_at: ColumnType<Date | null, never, Date | null>
}
type DeliveryRow = Selectable<WebhookDeliveriesTable>
type DeliveryKey = Pick<DeliveryRow, 'endpoint_id' | 'event_id'>

type Db = Database<Tables>

/** A delivery that is tried now, with what it says. */
export type ClaimedDelivery = DeliveryKey &
  Pick<DeliveryRow, 'attempts' | 'is_replay'> &
  Pick<WebhookEventRow, 'type' | 'at' | 'data'>

/** Takes the delivery of an endpoint that is due longest. For a minute no other process takes it. */
export const claimDelivery = async (db: Db, endpointId: string): Promise<ClaimedDelivery | undefined> =>
  (await claim(db, endpointId))[0]

const claim = statement<ClaimedDelivery>(
  'claim-delivery',
  `with due as (
    select endpoint_id, event_id from webhook_deliveries
    where endpoint_id = $1 and state = 'waiting' and next_at <= now()
      and exists (select from webhook_endpoints where id = $1 and state = 'enabled')
    order by next_at limit 1 for update skip locked
  ), claimed as (
    update webhook_deliveries d
    set attempts = attempts + 1, next_at = now() + interval '60 seconds', last_at = now(),
      last_ms = null, last_status = null, last_fault = null, last_answer = null
    from due where d.endpoint_id = due.endpoint_id and d.event_id = due.event_id
    returning d.endpoint_id, d.event_id, d.attempts, d.is_replay
  )
  select claimed.*, type, at, data from claimed join webhook_events on id = event_id`,
)

/** How a try ended. */
export type DeliveryOutcome = {
  readonly ms: number
  readonly status: number | null
  readonly fault: string | null
  readonly answer: string | null
  /** Until the next try; undefined when there is none. */
  readonly waitSeconds: number | undefined
}

/** Notes how a try ended; one that another process has begun since is left to that. */
export async function noteOutcome(
  trx: Transaction<Tables>,
  { endpoint_id, event_id, attempts }: ClaimedDelivery,
  state: DeliveryState,
  { ms, status, fault, answer, waitSeconds }: DeliveryOutcome,
): Promise<void> {
  await trx
    .updateTable('webhook_deliveries')
    .set({
      state,
      next_at: state === 'waiting' ? sql<Date>`now() + make_interval(secs => ${waitSeconds ?? 0})` : null,
      last_ms: ms,
      last_status: status,
      last_fault: fault,
      last_answer: answer,
      ...(state === 'delivered' && { delivered_at: sql<Date>`now()` }),
    })
    .where('endpoint_id', '=', endpoint_id)
    .where('event_id', '=', event_id)
    .where('attempts', '=', attempts)
    // It still waits, said so that no planner looks for it among all that wait for its endpoint.
    .where('next_at', 'is not', null)
    .execute()
}

/**
 * Notes the success or failure of an endpoint, which stays locked.
 * @returns whether it is enabled, and whether it has failed for three days without a success
 */
export async function noteHealth(
  trx: Transaction<Tables>,
  endpointId: string,
  succeeded: boolean,
): Promise<{ isEnabled: boolean; failsLong: boolean }> {
  const { rows } = await sql<{ enabled: boolean; long: boolean }>`
    update webhook_endpoints set failing_since = case when ${succeeded} then null else coalesce(failing_since, now()) end
    where id = ${endpointId} and (not ${succeeded} or failing_since is not null)
    returning state = 'enabled' as enabled, coalesce(failing_since <= now() - interval '3 days', false) as long`.execute(
    trx,
  )
  const [row] = rows
  return { isEnabled: row?.enabled ?? false, failsLong: row?.long ?? false }
}

/** Enabled endpoints with something to send. */
export async function findDueEndpoints(db: Db): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from webhook_endpoints e where state = 'enabled' and exists (
      select from webhook_deliveries where endpoint_id = e.id and state = 'waiting' and next_at <= now())`.execute(
    db,
  )
  return rows.map((row) => row.id)
}

/** How many deliveries of these endpoints wait, and were given up. */
export async function countDeliveries(
  db: Db,
  endpointIds: readonly string[],
): Promise<Map<string, { waiting: number; failed: number }>> {
  const { rows } = await sql<{ id: string; waiting: number; failed: number }>`
    select endpoint_id as id, count(*) filter (where state = 'waiting') as waiting,
      count(*) filter (where state = 'failed') as failed
    from webhook_deliveries where endpoint_id = any(${endpointIds}::uuid[]) group by endpoint_id`.execute(db)
  return new Map(rows.map(({ id, ...counts }) => [id, counts]))
}

export type ListedDelivery = DeliveryRow & Pick<WebhookEventRow, 'type' | 'at' | 'data'> & { id: string }

/** Newest event first, older than that of the id `after`. */
export async function listDeliveries(
  db: Db,
  endpointId: string,
  { state, after, limit }: { state: DeliveryState | undefined; after: string | undefined; limit: number },
): Promise<ListedDelivery[]> {
  const { rows } = await sql<ListedDelivery>`
    select d.*, w.id, w.type, w.at, w.data
    from webhook_deliveries d join webhook_events w on w.id = d.event_id
    where endpoint_id = ${endpointId}
      ${state === undefined ? sql`` : sql`and d.state = ${state}`}
      ${after === undefined ? sql`` : sql`and event_id < ${after}`}
    order by event_id desc limit ${limit}`.execute(db)
  return rows
}

/** Has deliveries sent again, from the first try on. @returns how many */
export async function replayDeliveries(
  trx: Transaction<Tables>,
  endpointId: string,
  which: { id: string } | { from: Date; to: Date | undefined; state: DeliveryState | undefined },
): Promise<number> {
  const chosen =
    'id' in which
      ? sql`d.event_id = ${which.id}`
      : sql`w.at >= ${which.from} ${which.to === undefined ? sql`` : sql`and w.at < ${which.to}`}
        ${which.state === undefined ? sql`` : sql`and d.state = ${which.state}`}`
  const { numAffectedRows } = await sql`
    update webhook_deliveries d set state = 'waiting', attempts = 0, is_replay = true, next_at = now()
    from webhook_events w where w.id = d.event_id and d.endpoint_id = ${endpointId} and ${chosen}`.execute(
    trx,
  )
  return Number(numAffectedRows ?? 0)
}
