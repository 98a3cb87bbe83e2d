import type { Database, Transaction } from '@likeness/runtime/database'
import { type Generated, type Selectable, sql } from 'kysely'
import type { Tables } from './database.js'
import type { UploadKey } from './uploads.table.js'

/** An upload whose bytes go straight to the storage, until it is completed. */
export type DirectUploadsTable = {
  user_id: string
  id: string
  original_filename: string | null
  /** As announced, and so is the hash. */
  bytes: number
  sha256: string
  created_at: Generated<Date>
  expires_at: Date
}
export type DirectUploadRow = Selectable<DirectUploadsTable>
type Db = Database<Tables>

/** A direct upload that waits to be completed. */
export function findDirectUpload(db: Db, { user_id, id }: UploadKey): Promise<DirectUploadRow | undefined> {
  return byId(db, id).where('user_id', '=', user_id).executeTakeFirst()
}

/** The same by the id alone, of any owner: only for a caller who may see anyone's uploads. */
export function findAnyDirectUpload(db: Db, id: string): Promise<DirectUploadRow | undefined> {
  return byId(db, id).executeTakeFirst()
}

const byId = (db: Db, id: string) => db.selectFrom('direct_uploads').selectAll().where('id', '=', id)

/** @param keptSeconds until it counts as abandoned */
export async function insertDirectUpload(
  trx: Transaction<Tables>,
  upload: Omit<DirectUploadRow, 'created_at' | 'expires_at'>,
  keptSeconds: number,
): Promise<void> {
  await trx
    .insertInto('direct_uploads')
    .values({ ...upload, expires_at: sql<Date>`now() + make_interval(secs => ${keptSeconds})` })
    .execute()
}

/** @returns whether it was there; of two callers that take it at once, one gets true */
export async function takeDirectUpload(db: Db, { user_id, id }: UploadKey): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('direct_uploads')
    .where('user_id', '=', user_id)
    .where('id', '=', id)
    .executeTakeFirst()
  return numDeletedRows > 0n
}

/** How many were not completed in time. */
export async function countAbandoned(db: Db): Promise<number> {
  const row = await db
    .selectFrom('direct_uploads')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('expires_at', '<=', sql<Date>`now()`)
    .executeTakeFirstOrThrow()
  return row.count
}

/** Deletes up to `limit` of those, leaving rows that another process holds. */
export async function deleteAbandoned(db: Db, limit: number): Promise<UploadKey[]> {
  const { rows } = await sql<UploadKey>`
    delete from direct_uploads where ctid = any(array(
      select ctid from direct_uploads where expires_at <= now()
      order by expires_at limit ${limit} for update skip locked))
    returning user_id, id`.execute(db)
  return rows
}

/** The ids among these of direct uploads that wait to be completed. */
export async function keepDirectUploads(db: Db, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const rows = await db.selectFrom('direct_uploads').select('id').where('id', 'in', ids).execute()
  return new Set(rows.map((row) => row.id))
}
