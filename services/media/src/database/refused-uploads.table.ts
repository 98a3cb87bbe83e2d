import type { Database } from '@likeness/runtime/database'
import { firstIdAt, newId } from '@likeness/runtime/ids'
import { type Generated, sql } from 'kysely'
import type { Tables } from './database.js'
import type { OldRows } from './old-rows.queries.js'
import type { UploadKey } from './uploads.table.js'

/** Uploads that were received and refused, kept while they count towards the rate and until the stats have them. */
export type RefusedUploadsTable = {
  /** The person who sent it. */
  user_id: string
  id: string
  /** When it was made, or announced: as of then it counts towards the rate. */
  at: Generated<Date>
  /** The problem it was refused with. */
  code: string
  refused_at: Generated<Date>
  /** Whether it is in the stats. */
  counted: Generated<boolean>
}
type Db = Database<Tables>

/** Whether there was room to count an attempt, and when the first of those counted was made. */
export type CountedRefusal = { readonly counted: boolean; readonly first: Date | null }

/**
 * Counts a refused upload like one that was accepted, if the user may make another: lock, count and insert in one
 * statement, as `stageUpload` does. Nothing is written about a user who left.
 */
export async function countRefusedUpload(
  db: Db,
  userId: string,
  code: string,
  { recent, since }: { recent: number; since: Date },
): Promise<CountedRefusal> {
  const { rows } = await sql<CountedRefusal>`
    with open as materialized (select * from open_uploads(${userId}::uuid, ${firstIdAt(since)}::uuid)),
    counted as (
      insert into refused_uploads (user_id, id, code)
      select ${userId}::uuid, ${newId()}::uuid, ${code}::text from open where not erased and recent < ${recent}::bigint
    )
    select erased or recent < ${recent}::bigint as counted, first from open`.execute(db)
  return rows[0] ?? { counted: true, first: null }
}

/** Ends a direct upload whose bytes were refused. It still counts towards the rate, as of when it was announced. */
export async function refuseDirectUpload(db: Db, { user_id, id }: UploadKey, code: string): Promise<void> {
  await sql`
    with taken as (
      delete from direct_uploads where user_id = ${user_id} and id = ${id} returning user_id, id, created_at
    )
    insert into refused_uploads (user_id, id, at, code) select user_id, id, created_at, ${code}::text from taken`.execute(
    db,
  )
}

/** Refusals that count towards the rate no longer, and are in the stats. */
export const oldRefusals: OldRows = {
  table: 'refused_uploads',
  since: 'refused_at',
  isOld: sql<boolean>`refused_at <= now() - interval '1 hour' and counted`,
}
