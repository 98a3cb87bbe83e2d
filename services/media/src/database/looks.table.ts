import type { Database, Transaction } from '@likeness/runtime/database'
import { sql } from 'kysely'
import type { Tables } from './database.js'
import type { UploadKey } from './uploads.table.js'

/** The looks of pictures, by which alike ones are found. One row per upload that was decoded, written by `markPrepared`. */
export type LooksTable = {
  user_id: string
  upload_id: string
  /** PostgreSQL's `bit(64)`. */
  look: string
}

/** The look of a picture and that of its mirror image, as 16 hexadecimal digits each. */
export type Look = { readonly own: string; readonly mirrored: string }

/** The look of an upload, as 16 hexadecimal digits; undefined for one without, or erased. */
export async function findLook(
  db: Database<Tables>,
  { user_id, id }: UploadKey,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('looks')
    .select(sql<string>`lpad(to_hex(look::bigint), 16, '0')`.as('look'))
    .where('user_id', '=', user_id)
    .where('upload_id', '=', id)
    .executeTakeFirst()
  return row?.look
}

/** It tells of the picture, so it goes with it. */
export async function deleteLook(trx: Transaction<Tables>, { user_id, id }: UploadKey): Promise<void> {
  await trx.deleteFrom('looks').where('user_id', '=', user_id).where('upload_id', '=', id).execute()
}

/**
 * Lets nobody note a look until the transaction ends: every upload that was compared with the deny-list as it is now can be
 * seen from here on, and every other will be compared with what this transaction adds to it.
 */
export async function lockLooks(trx: Transaction<Tables>): Promise<void> {
  await sql`lock table looks in share mode`.execute(trx)
}
