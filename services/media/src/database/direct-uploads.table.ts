import type { Database, Transaction } from '@likeness/runtime'
import { type Generated, type Selectable, sql } from 'kysely'
import type { Tables } from './database.js'
import type { UploadKey } from './uploads.table.js'

/** An upload whose bytes go straight to the storage, until it is completed. */
export type DirectUploadsTable = {
  user_id: string
  id: string
  original_filename: string | null
  /** As announced, like the hash. */
  bytes: number
  sha256: string
  created_at: Generated<Date>
  expires_at: Date
}
export type DirectUploadRow = Selectable<DirectUploadsTable>
type Db = Database<Tables>

/** One that waits to be completed. */
export function findDirectUpload(db: Db, { user_id, id }: UploadKey): Promise<DirectUploadRow | undefined> {
  return byId(db, id).where('user_id', '=', user_id).executeTakeFirst()
}

/** The same by the id alone, whoever owns it: only for a caller who may see anyone's uploads. */
export function findAnyDirectUpload(db: Db, id: string): Promise<DirectUploadRow | undefined> {
  return byId(db, id).executeTakeFirst()
}

const byId = (db: Db, id: string) => db.selectFrom('direct_uploads').selectAll().where('id', '=', id)

/** @param keptSeconds until it is abandoned */
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

/** @returns whether it was there; of two that take it, one is told so */
export async function takeDirectUpload(db: Db, { user_id, id }: UploadKey): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('direct_uploads')
    .where('user_id', '=', user_id)
    .where('id', '=', id)
    .executeTakeFirst()
  return numDeletedRows > 0n
}

/** How many were never completed in their time. */
export async function countAbandoned(db: Db): Promise<number> {
  const row = await db
    .selectFrom('direct_uploads')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('expires_at', '<=', sql<Date>`now()`)
    .executeTakeFirstOrThrow()
  return row.count
}

/** Deletes up to `limit` of those; rows another process holds are left to it. */
export async function deleteAbandoned(db: Db, limit: number): Promise<UploadKey[]> {
  const { rows } = await sql<UploadKey>`
    delete from direct_uploads where ctid = any(array(
      select ctid from direct_uploads where expires_at <= now()
      order by expires_at limit ${limit} for update skip locked))
    returning user_id, id`.execute(db)
  return rows
}

/** Of these, those that wait to be completed. */
export async function keepDirectUploads(db: Db, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const rows = await db.selectFrom('direct_uploads').select('id').where('id', 'in', ids).execute()
  return new Set(rows.map((row) => row.id))
}
