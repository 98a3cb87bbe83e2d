import type { Database, Transaction } from '@likeness/runtime/database'
import { type Generated, type Selectable, sql } from 'kysely'
import type { AvatarRow } from './avatars.table.js'
import type { Tables } from './database.js'

/** The times a user's avatar was taken down without another in its place. */
export type WithdrawalsTable = {
  user_id: string
  /** From the sequence of versions: an upload with an older one never becomes the avatar after it. */
  version: number
  /** The picture taken down; null when none was live yet. */
  upload_id: string | null
  at: Generated<Date>
  actor_id: string
  /** The actor's address and device, kept until accounts knows. */
  ip: string | null
  user_agent: string | null
  reason: string | null
  /** When accounts was told. */
  told_at: Generated<Date | null>
}
export type WithdrawalRow = Selectable<WithdrawalsTable>
type WithdrawalKey = Pick<WithdrawalRow, 'user_id' | 'version'>

/** Under `lockUser`. @returns the version it drew */
export async function insertWithdrawal(
  trx: Transaction<Tables>,
  withdrawal: Omit<WithdrawalRow, 'version' | 'at' | 'told_at'>,
): Promise<number> {
  const { version } = await trx
    .insertInto('withdrawals')
    .values({ ...withdrawal, version: sql<number>`nextval('avatar_version')` })
    .returning('version')
    .executeTakeFirstOrThrow()
  return version
}

export function findWithdrawal(
  db: Database<Tables>,
  { user_id, version }: WithdrawalKey,
): Promise<WithdrawalRow | undefined> {
  return db
    .selectFrom('withdrawals')
    .selectAll()
    .where('user_id', '=', user_id)
    .where('version', '=', version)
    .executeTakeFirst()
}

/** Whether a user's avatar was ever taken down. */
export async function wasWithdrawn(trx: Transaction<Tables>, userId: string): Promise<boolean> {
  const row = await trx
    .selectFrom('withdrawals')
    .select('version')
    .where('user_id', '=', userId)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** The picture withdrawn last, if it still is, and when an operator withdrew it. */
export function findLastWithdrawn(
  trx: Transaction<Tables>,
  userId: string,
): Promise<(AvatarRow & { held_at: Date | null }) | undefined> {
  return trx
    .selectFrom('withdrawals')
    .innerJoin('avatars', (join) =>
      join
        .onRef('avatars.user_id', '=', 'withdrawals.user_id')
        .onRef('avatars.upload_id', '=', 'withdrawals.upload_id'),
    )
    .innerJoin('uploads', (join) =>
      join.onRef('uploads.user_id', '=', 'avatars.user_id').onRef('uploads.id', '=', 'avatars.upload_id'),
    )
    .selectAll('avatars')
    .select('uploads.held_at')
    .where('withdrawals.user_id', '=', userId)
    .where('uploads.status', '=', 'withdrawn')
    .orderBy('withdrawals.version', 'desc')
    .limit(1)
    .executeTakeFirst()
}

export async function markWithdrawalTold(
  db: Database<Tables>,
  { user_id, version }: WithdrawalKey,
): Promise<void> {
  await db
    .updateTable('withdrawals')
    .set({ told_at: sql<Date>`now()`, ip: null, user_agent: null })
    .where('user_id', '=', user_id)
    .where('version', '=', version)
    .execute()
}
