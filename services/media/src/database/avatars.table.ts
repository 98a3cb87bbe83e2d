import type { VariantFormat } from '@likeness/contracts'
import type { Database, Transaction } from '@likeness/runtime'
import type { Generated, Selectable } from 'kysely'
import type { Tables } from './database.js'

/** One rendered version of a user's picture. At most one of a user is live. */
export type AvatarsTable = {
  user_id: string
  version: number
  upload_id: string
  live: boolean
  sizes: number[]
  formats: VariantFormat[]
  /** Its blobs are `<blob_prefix>/<size>.<ext>`. */
  blob_prefix: string
  created_at: Generated<Date>
}
export type AvatarRow = Selectable<AvatarsTable>

/** The version a user shows now. */
export function findLiveAvatar(db: Database<Tables>, userId: string): Promise<AvatarRow | undefined> {
  return db
    .selectFrom('avatars')
    .selectAll()
    .where('user_id', '=', userId)
    .where('live', '=', true)
    .executeTakeFirst()
}

export function findAvatar(
  db: Database<Tables>,
  userId: string,
  version: number,
): Promise<AvatarRow | undefined> {
  return db
    .selectFrom('avatars')
    .selectAll()
    .where('user_id', '=', userId)
    .where('version', '=', version)
    .executeTakeFirst()
}

/** The avatars of these uploads, for their views. */
export function findAvatarsOf(
  db: Database<Tables>,
  userId: string,
  versions: readonly number[],
): Promise<AvatarRow[]> {
  if (versions.length === 0) return Promise.resolve([])
  return db
    .selectFrom('avatars')
    .selectAll()
    .where('user_id', '=', userId)
    .where('version', 'in', versions)
    .execute()
}

/** Under `lockUser`. `live` only when no newer version is. */
export async function insertAvatar(
  trx: Transaction<Tables>,
  avatar: Omit<AvatarRow, 'created_at'>,
): Promise<void> {
  await trx.insertInto('avatars').values(avatar).execute()
}

/** Under `lockUser`: no version of this user is live any more. */
export async function unsetLive(trx: Transaction<Tables>, userId: string): Promise<void> {
  await trx
    .updateTable('avatars')
    .set({ live: false })
    .where('user_id', '=', userId)
    .where('live', '=', true)
    .execute()
}
