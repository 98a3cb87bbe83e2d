import type { Database } from '@likeness/runtime/database'
import { retentionBy } from '@likeness/runtime/trail/audit-events'
import type { RunBy } from '@likeness/runtime/upkeep'
import { type RawBuilder, sql } from 'kysely'
import type { Tables } from './database.js'
import type { UploadKey } from './uploads.table.js'

type Db = Database<Tables>

const daysAgo = (days: number): RawBuilder<Date> => sql`now() - make_interval(days => ${days})`

// The partial indexes have these same conditions.
const withOriginal = sql<boolean>`
  published_at is not null and original_deleted_at is null and status in ('published', 'superseded', 'withdrawn')`
const past = sql<boolean>`status in ('superseded', 'withdrawn')`
const withoutPicture = sql<boolean>`status in ('discarded', 'expired', 'rejected', 'failed', 'erased')`

/** How many originals were published more than `days` ago. */
export async function countOldOriginals(db: Db, days: number): Promise<number> {
  return count(db, sql`select from uploads where ${withOriginal} and published_at <= ${daysAgo(days)}`)
}

/**
 * Gives up at most `limit` of those originals, each with its event; the caller then deletes their files.
 * @param by who has it run
 */
export async function giveUpOriginals(
  db: Db,
  { days, limit, by }: { days: number; limit: number; by: RunBy },
): Promise<UploadKey[]> {
  const { rows } = await sql<UploadKey>`
    with changed as (
      update uploads set original_deleted_at = now()
      where ctid = any(array(
        select ctid from uploads where ${withOriginal} and published_at <= ${daysAgo(days)}
        order by published_at limit ${limit} for update skip locked))
      and ${withOriginal}
      returning user_id, id
    ), event as (
      insert into upload_events (user_id, upload_id, type, details)
      select user_id, id, 'original-deleted', ${JSON.stringify(by)}::jsonb from changed
    )
    select user_id, id from changed`.execute(db)
  return rows
}

/** Gives up one published original, with its event. @returns whether it was kept until now */
export async function giveUpOriginal(db: Db, { user_id, id }: UploadKey): Promise<boolean> {
  const { rows } = await sql<UploadKey>`
    with changed as (
      update uploads set original_deleted_at = now()
      where user_id = ${user_id} and id = ${id} and ${withOriginal}
      returning user_id, id
    ), event as (
      insert into upload_events (user_id, upload_id, type) select user_id, id, 'original-deleted' from changed
    )
    select user_id, id from changed`.execute(db)
  return rows.length > 0
}

/**
 * The past versions beyond the newest `kept` of each of the next `users` users.
 * @param after the last user of the call before
 * @returns `lastUser` is undefined once there are no more users
 */
export async function findSurplusVersions(
  db: Db,
  kept: number,
  after: string | undefined,
  users: number,
): Promise<{ surplus: UploadKey[]; lastUser: string | undefined }> {
  const { rows: next } = await sql<{ user_id: string }>`
    select user_id from uploads where ${past} ${after === undefined ? sql`` : sql`and user_id > ${after}`}
    group by user_id order by user_id limit ${users}`.execute(db)
  const ids = next.map((row) => row.user_id)
  const { rows: surplus } = await sql<UploadKey>`
    select older.user_id, older.id from unnest(${ids}::uuid[]) as one (user_id)
    cross join lateral (
      select user_id, id from uploads where user_id = one.user_id and ${past}
      order by version desc offset ${kept}) as older`.execute(db)
  return { surplus, lastUser: ids.at(-1) }
}

/** How many uploads without a picture closed more than `days` ago, and how many withdrawals were told before that. */
export async function countOldTrails(db: Db, days: number): Promise<number> {
  return (
    (await count(db, sql`select from uploads where ${withoutPicture} and closed_at <= ${daysAgo(days)}`)) +
    (await count(db, sql`select from withdrawals where told_at <= ${daysAgo(days)}`))
  )
}

/**
 * Deletes up to `limit` of each, the events with their upload by `prune_trails`, which notes it in the audit.
 * @returns how many rows of both
 */
export async function deleteOldTrails(
  db: Db,
  { days, limit, by }: { days: number; limit: number; by: RunBy | undefined },
): Promise<number> {
  const uploads = await sql<{ count: number }>`
    select prune_trails(${days}, ${limit}, ${retentionBy(by)}::jsonb) as count`.execute(db)
  const withdrawals = await sql`
    delete from withdrawals where ctid = any(array(
      select ctid from withdrawals where told_at <= ${daysAgo(days)} limit ${limit} for update skip locked))
    returning 1`.execute(db)
  return (uploads.rows[0]?.count ?? 0) + withdrawals.rows.length
}

async function count(db: Db, rows: RawBuilder<unknown>): Promise<number> {
  const { rows: found } = await sql<{ count: number }>`select count(*) from (${rows}) as found`.execute(db)
  return found[0]?.count ?? 0
}
