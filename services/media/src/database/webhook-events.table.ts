import type { WebhookEventType, WebhookPayload } from '@likeness/contracts'
import type { Database, Transaction } from '@likeness/runtime/database'
import { newId } from '@likeness/runtime/ids'
import { type ColumnType, type Generated, type Selectable, sql } from 'kysely'
import type { AvatarRow } from './avatars.table.js'
import type { Tables } from './database.js'
import type { OldRows } from './old-rows.queries.js'
import type { PersonRow } from './people.table.js'
import type { UploadEventRow } from './upload-events.table.js'

/** What webhooks are told, once for all of them. The id is `webhook-id`. */
export type WebhookEventsTable = {
  id: string
  /** Of the event of an upload that it was made from; null when it is about a person. */
  seq: number | null
  type: WebhookEventType
  user_id: string
  at: ColumnType<Date, Date | undefined, never>
  data: ColumnType<WebhookPayload['data'], string, never>
}
export type WebhookEventRow = Selectable<WebhookEventsTable>
export type NewWebhookEvent = Omit<WebhookEventRow, 'id'>

/** How far the events of uploads were made into events of webhooks. One row. */
export type WebhookCursorTable = {
  single: Generated<boolean>
  last_seq: Generated<number>
}

type Db = Database<Tables>

export async function readCursor(db: Db): Promise<number> {
  const row = await db.selectFrom('webhook_cursor').select('last_seq').executeTakeFirstOrThrow()
  return row.last_seq
}

/** Held to the end of the transaction: who makes events of webhooks, and an erasure that deletes them, take turns. */
export async function lockCursor(trx: Transaction<Tables>): Promise<number> {
  const row = await trx.selectFrom('webhook_cursor').select('last_seq').forUpdate().executeTakeFirstOrThrow()
  return row.last_seq
}

export async function moveCursor(trx: Transaction<Tables>, to: number): Promise<void> {
  await trx.updateTable('webhook_cursor').set({ last_seq: to }).execute()
}

/** The types that any endpoint wants to be told; null: all. Undefined when there is no endpoint to tell. */
export async function findWanted(db: Db): Promise<ReadonlySet<WebhookEventType> | null | undefined> {
  const rows = await db
    .selectFrom('webhook_endpoints')
    .select('events')
    .where('state', '<>', 'disabled')
    .execute()
  if (rows.length === 0) return undefined
  if (rows.some(({ events }) => events === null)) return null
  return new Set(rows.flatMap(({ events }) => events ?? []))
}

/** Inserts events, with a delivery to each endpoint that wants them and was there when they happened. */
export async function insertWebhookEvents(
  trx: Transaction<Tables>,
  events: readonly NewWebhookEvent[],
): Promise<void> {
  if (events.length === 0) return
  const made = events.map((event) => ({ ...event, id: newId(), data: JSON.stringify(event.data) }))
  await trx.insertInto('webhook_events').values(made).execute()
  await sql`
    insert into webhook_deliveries (endpoint_id, event_id)
    select e.id, w.id from webhook_events w join webhook_endpoints e
      on e.state <> 'disabled' and w.at >= e.created_at and (e.events is null or w.type = any(e.events))
    where w.id = any(${made.map(({ id }) => id)}::uuid[])`.execute(trx)
}

/** Nothing that happened to a person who is erased is told any more. Under `lockCursor`. */
export async function deleteWebhookEventsOf(trx: Transaction<Tables>, userId: string): Promise<void> {
  await trx.deleteFrom('webhook_events').where('user_id', '=', userId).execute()
}

/** What is told about events of uploads, beside the events themselves. */
export type Told = {
  /** People of another login, by their id. */
  readonly people: ReadonlyMap<string, PersonRow>
  /** The pictures that stop being public together with an upload: those of every crop of its bytes. */
  readonly pictures: ReadonlyMap<string, AvatarRow[]>
  /** `${uploadId} ${version}` of restorations. */
  readonly restored: ReadonlySet<string>
  /** People who are leaving, about whom nothing is told but that they left. */
  readonly leaving: ReadonlySet<string>
}

export async function findTold(trx: Transaction<Tables>, events: readonly UploadEventRow[]): Promise<Told> {
  const users = [...new Set(events.map((event) => event.user_id))]
  const idsOf = (...types: UploadEventRow['type'][]) => {
    const found = events.filter(({ type }) => types.includes(type))
    return sql`unnest(${found.map((event) => event.user_id)}::uuid[], ${found.map((event) => event.upload_id)}::uuid[])`
  }
  const people = await sql<PersonRow>`select * from people where id = any(${users}::uuid[])`.execute(trx)
  const left = await sql<{ user_id: string }>`
    select user_id from erased_users where user_id = any(${users}::uuid[])`.execute(trx)
  const pictures = await sql<AvatarRow & { of: string }>`
    select distinct avatars.*, one.id as of from ${idsOf('withdrawn', 'held')} as named (user_id, id)
    join uploads one on one.user_id = named.user_id and one.id = named.id
    join uploads same on same.user_id = one.user_id and same.sha256 = one.sha256
    join avatars on avatars.user_id = same.user_id and avatars.upload_id = same.id`.execute(trx)
  const restored = await sql<{ upload_id: string; version: string }>`
    select upload_id, details ->> 'version' as version from upload_events e
    join ${idsOf('published')} as named (user_id, id) on e.user_id = named.user_id and e.upload_id = named.id
    where e.type = 'restored'`.execute(trx)
  const picturesOf = new Map<string, AvatarRow[]>()
  for (const { of, ...row } of pictures.rows) picturesOf.set(of, [...(picturesOf.get(of) ?? []), row])
  return {
    people: new Map(people.rows.map((row) => [row.id, row])),
    leaving: new Set(left.rows.map((row) => row.user_id)),
    pictures: picturesOf,
    restored: new Set(restored.rows.map((row) => `${row.upload_id} ${row.version}`)),
  }
}

/** Deliveries go with their event. Those to an endpoint that was paused for as long were never taken. */
export const oldWebhookEvents: OldRows = {
  table: 'webhook_events',
  since: 'at',
  isOld: sql<boolean>`at <= now() - interval '30 days'`,
}
