import type { Database, Transaction } from '@likeness/runtime/database'
import { type Generated, type Selectable, sql } from 'kysely'
import type { Actor } from './actor.js'
import type { Tables } from './database.js'
import type { OldRows } from './old-rows.queries.js'
import type { UploadKey } from './uploads.table.js'

/** Take-downs: one row per act, with the uploads that it takes down as its items. */
export type TakedownsTable = {
  id: string
  at: Generated<Date>
  actor_id: string
  /** The actor's address and device, kept until it is finished. */
  ip: string | null
  user_agent: string | null
  reason: string
  /** The upload that was named. */
  upload_id: string
  sha256: string
  /** Bits in which a look could differ; null: only the same bytes. */
  alike: number | null
  blocked_image_id: string | null
  /** The digest of what its actor had looked at. */
  seen: string
  finished_at: Generated<Date | null>
}
export type TakedownRow = Selectable<TakedownsTable>

/** What became of an item; null while it waits. `left`: it was excepted. `gone`: it was closed or erased meanwhile. */
export type Outcome = 'withdrawn' | 'refused' | 'held' | 'left' | 'gone'
export type TakedownItemsTable = {
  takedown_id: string
  user_id: string
  upload_id: string
  sha256: string
  outcome: Outcome | null
}

type Db = Database<Tables>

/** Take-downs are decided one after the other, until the transaction ends: two of the same picture are not both made. */
export async function lockTakedowns(trx: Transaction<Tables>): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('take-downs', 0))`.execute(trx)
}

export async function insertTakedown(
  trx: Transaction<Tables>,
  takedown: Omit<TakedownRow, 'at' | 'finished_at' | 'blocked_image_id'>,
): Promise<void> {
  await trx
    .insertInto('takedowns')
    .values({ ...takedown, blocked_image_id: null })
    .execute()
}

export async function noteBlock(trx: Transaction<Tables>, id: string, blockedImageId: string): Promise<void> {
  await trx.updateTable('takedowns').set({ blocked_image_id: blockedImageId }).where('id', '=', id).execute()
}

/** The newest take-down of exactly what was looked at. */
export function findRepeated(
  trx: Transaction<Tables>,
  same: Pick<TakedownRow, 'seen' | 'sha256'>,
): Promise<TakedownRow | undefined> {
  return trx
    .selectFrom('takedowns')
    .selectAll()
    .where('seen', '=', same.seen)
    .where('sha256', '=', same.sha256)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
}

export function findTakedown(db: Db, id: string): Promise<TakedownRow | undefined> {
  return db.selectFrom('takedowns').selectAll().where('id', '=', id).executeTakeFirst()
}

/** Newest first, older than the id `after`. */
export function listTakedowns(
  db: Db,
  page: { after: string | undefined; limit: number },
): Promise<TakedownRow[]> {
  return db
    .selectFrom('takedowns')
    .selectAll()
    .$if(page.after !== undefined, (query) => query.where('id', '<', page.after ?? ''))
    .orderBy('id', 'desc')
    .limit(page.limit)
    .execute()
}

/** How many items of each take-down are in each state. */
export function countItems(
  db: Db,
  ids: readonly string[],
): Promise<{ takedown_id: string; outcome: Outcome | null; count: number }[]> {
  if (ids.length === 0) return Promise.resolve([])
  return db
    .selectFrom('takedown_items')
    .select(['takedown_id', 'outcome'])
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('takedown_id', 'in', ids)
    .groupBy(['takedown_id', 'outcome'])
    .execute()
}

/** Users who have items left, in order. */
export async function findWaitingUsers(db: Db, id: string, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('takedown_items')
    .select('user_id')
    .distinct()
    .where('takedown_id', '=', id)
    .where('outcome', 'is', null)
    .orderBy('user_id')
    .limit(limit)
    .execute()
  return rows.map((row) => row.user_id)
}

/** Under `lockUser`: adds uploads of the same bytes that the user has made since, such as another crop. */
export async function addItemsSince(trx: Transaction<Tables>, id: string, userId: string): Promise<void> {
  await sql`
    insert into takedown_items (takedown_id, user_id, upload_id, sha256)
    select ${id}::uuid, user_id, id, sha256 from uploads
    where user_id = ${userId} and held_at is null
      and status in ('pending', 'confirmed', 'published', 'superseded', 'withdrawn')
      and sha256 in (
        select sha256 from takedown_items
        where takedown_id = ${id} and user_id = ${userId} and outcome is distinct from 'left')
    on conflict do nothing`.execute(trx)
}

/** Under `lockUser`. */
export async function findWaitingItems(
  trx: Transaction<Tables>,
  id: string,
  userId: string,
  limit: number,
): Promise<UploadKey[]> {
  return trx
    .selectFrom('takedown_items')
    .select(['user_id', 'upload_id as id'])
    .where('takedown_id', '=', id)
    .where('user_id', '=', userId)
    .where('outcome', 'is', null)
    .orderBy('upload_id')
    .limit(limit)
    .execute()
}

export async function setOutcome(
  trx: Transaction<Tables>,
  takedownId: string,
  { user_id, id }: UploadKey,
  outcome: Outcome,
): Promise<void> {
  await trx
    .updateTable('takedown_items')
    .set({ outcome })
    .where('takedown_id', '=', takedownId)
    .where('user_id', '=', user_id)
    .where('upload_id', '=', id)
    .execute()
}

/** Marks a take-down finished once none of its items waits. */
export async function markFinished(db: Db, id: string): Promise<void> {
  await sql`
    update takedowns set finished_at = now(), ip = null, user_agent = null
    where id = ${id} and finished_at is null
      and not exists (select from takedown_items where takedown_id = ${id} and outcome is null)`.execute(db)
}

/** Take-downs whose job may have been lost. */
export async function findUnfinished(db: Db, olderThanSeconds: number, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('takedowns')
    .select('id')
    .where('finished_at', 'is', null)
    .where('at', '<', sql<Date>`now() - make_interval(secs => ${olderThanSeconds})`)
    .orderBy('at')
    .limit(limit)
    .execute()
  return rows.map((row) => row.id)
}

const finishedBefore = (before: Date) => sql<boolean>`finished_at <= ${before}`

/** What take-downs that were finished before that time took down. */
export const oldTakedownItems = (before: Date): OldRows => ({
  table: 'takedown_items',
  since: 'takedown_id',
  isOld: sql<boolean>`takedown_id in (select id from takedowns where ${finishedBefore(before)})`,
})

/** These take-downs themselves, apart from those that the deny-list names. `oldTakedownItems` and `oldBlocks` go first. */
export const oldTakedowns = (before: Date): OldRows => ({
  table: 'takedowns',
  since: 'finished_at',
  isOld: sql<boolean>`${finishedBefore(before)} and not exists (
    select from blocked_images where takedown_id = takedowns.id and (lifted_at is null or lifted_at > ${before}))`,
})

export const actorOfTakedown = (row: TakedownRow): Actor & { id: string } => ({
  id: row.actor_id,
  ip: row.ip,
  userAgent: row.user_agent,
})
