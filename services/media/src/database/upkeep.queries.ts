import type { Database } from '@likeness/runtime/database'
import type { RunBy } from '@likeness/runtime/upkeep'
import { sql } from 'kysely'
import type { AvatarRow } from './avatars.table.js'
import type { Tables } from './database.js'
import { statesWithFiles, type UploadKey, type UploadRow } from './uploads.table.js'

type Db = Database<Tables>

/** How many pending uploads are past their time. */
export async function countExpired(db: Db): Promise<number> {
  const row = await db
    .selectFrom('uploads')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('status', '=', 'pending')
    .where('expires_at', '<=', sql<Date>`now()`)
    .executeTakeFirstOrThrow()
  return row.count
}

type ExpiredRow = UploadKey & Pick<UploadRow, 'rendered_ahead'>

/**
 * pending → expired for up to `limit` uploads at once, those that expired first, each with its event, in one statement.
 * Rows that another process holds are left to it.
 * @param page `from`: the `until` of the batch before: without it, the index would be read through what that one left dead
 *   there; `by`: who has it run
 */
export async function expireBatch(
  db: Db,
  { from, limit, by }: { from: Date | undefined; limit: number; by: RunBy },
): Promise<{ rows: ExpiredRow[]; until: Date | undefined }> {
  const { rows } = await sql<ExpiredRow & { until: Date }>`
    with stale as materialized (
      select ctid, expires_at from uploads
      where status = 'pending' and expires_at <= now() and expires_at >= ${from ?? '-infinity'}
      order by expires_at limit ${limit} for update skip locked
    ), changed as (
      update uploads set status = 'expired', closed_at = now(), expires_at = null
      where ctid = any(array(select ctid from stale)) and status = 'pending'
      returning user_id, id, rendered_ahead
    ), event as (
      insert into upload_events (user_id, upload_id, type, details)
      select user_id, id, 'expired', ${JSON.stringify(by)}::jsonb from changed
    )
    select user_id, id, rendered_ahead, (select max(expires_at) from stale) as until from changed`.execute(db)
  return { rows, until: rows[0]?.until }
}

/** The uploads among these ids whose files are still in use, and whether their original is one of them. */
export async function keepUploadFiles(
  db: Db,
  ids: readonly string[],
): Promise<Map<string, { original: boolean }>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('uploads')
    .select(['id', 'original_deleted_at'])
    .where('id', 'in', ids)
    .where('status', 'in', statesWithFiles)
    .execute()
  return new Map(rows.map((row) => [row.id, { original: row.original_deleted_at === null }]))
}

/** What tells which variants of these uploads are in use: `blob_prefix` is that of their avatar, null without one. */
export async function keepAvatarFiles(db: Db, ids: readonly string[]) {
  if (ids.length === 0) return []
  return db
    .selectFrom('uploads')
    .leftJoin('avatars', (join) =>
      join.onRef('avatars.user_id', '=', 'uploads.user_id').onRef('avatars.upload_id', '=', 'uploads.id'),
    )
    .select(['uploads.id', 'uploads.status', 'uploads.version', 'avatars.blob_prefix'])
    .where('uploads.id', 'in', ids)
    .execute()
}

/**
 * What tells which files the uploads with files have: a row for each avatar of an upload, or one with nulls. Those of up
 * to `limit` uploads after an id.
 */
export async function listFileOwners(db: Db, after: string | undefined, limit: number) {
  const { rows } = await sql<
    Pick<UploadRow, 'id' | 'original_deleted_at' | 'prepared_at' | 'rendered_ahead'> &
      Nullable<Pick<AvatarRow, 'blob_prefix' | 'sizes' | 'formats'>>
  >`
    select owner.*, a.blob_prefix, a.sizes, a.formats
    from (
      select user_id, id, original_deleted_at, prepared_at, rendered_ahead from uploads
      where status in (${sql.join(statesWithFiles)}) ${after === undefined ? sql`` : sql`and id > ${after}`}
      order by id limit ${limit}
    ) as owner left join avatars a on a.user_id = owner.user_id and a.upload_id = owner.id
    order by owner.id`.execute(db)
  return rows
}
type Nullable<Row> = { readonly [Column in keyof Row]: Row[Column] | null }
