import type { Database, Transaction } from '@likeness/runtime'
import { type Generated, type Selectable, sql } from 'kysely'
import type { Tables } from './database.js'

/** The times a user's avatar was taken down without another in its place. */
export type WithdrawalsTable = {
  user_id: string
  /** From the sequence of versions: whatever has an older one never becomes the avatar after it. */
  version: number
  /** The picture taken down; null when none was live yet. */
  upload_id: string | null
  at: Generated<Date>
  actor_id: string
  reason: string | null
  /** Accounts knows. */
  told_at: Generated<Date | null>
}
export type WithdrawalRow = Selectable<WithdrawalsTable>

/** Under `lockUser`. @returns the version it drew */
export async function insertWithdrawal(
  trx: Transaction<Tables>,
  withdrawal: Pick<WithdrawalRow, 'user_id' | 'upload_id' | 'actor_id' | 'reason'>,
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
  userId: string,
  version: number,
): Promise<WithdrawalRow | undefined> {
  return db
    .selectFrom('withdrawals')
    .selectAll()
    .where('user_id', '=', userId)
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

export async function markWithdrawalTold(
  db: Database<Tables>,
  userId: string,
  version: number,
): Promise<void> {
  await db
    .updateTable('withdrawals')
    .set({ told_at: sql<Date>`now()` })
    .where('user_id', '=', userId)
    .where('version', '=', version)
    .execute()
}
