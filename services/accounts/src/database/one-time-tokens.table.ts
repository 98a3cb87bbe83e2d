import type { Database, Transaction } from '@likeness/runtime/database'
import { type ColumnType, type Generated, type Insertable, type Selectable, sql } from 'kysely'
import type { Tables } from './database.js'

/** Tokens of links in e-mails. A token proves, once, that its holder receives the e-mails to an address. */
export type OneTimeTokensTable = {
  /** SHA-256; the token itself is only in the e-mail. */
  hash: Buffer
  user_id: string
  purpose: TokenPurpose
  /** The address it was sent to. */
  email: string
  created_at: Generated<Date>
  expires_at: Date
  used_at: ColumnType<Date | null, never, Date>
}
export type TokenPurpose = 'verify-email' | 'change-email' | 'stop-email-change' | 'reset-password'
export type OneTimeTokenRow = Selectable<OneTimeTokensTable> & { readonly expired: boolean }

type Db = Database<Tables>
const now = sql<Date>`now()`

/** Creates a token and voids the earlier ones for the same purpose. The caller holds the lock of the user. */
export async function insertToken(
  trx: Transaction<Tables>,
  token: Pick<Insertable<OneTimeTokensTable>, 'hash' | 'user_id' | 'purpose' | 'email'>,
  seconds: number,
): Promise<void> {
  await trx
    .deleteFrom('one_time_tokens')
    .where('user_id', '=', token.user_id)
    .where('purpose', '=', token.purpose)
    .where('used_at', 'is', null)
    .execute()
  await trx
    .insertInto('one_time_tokens')
    .values({ ...token, expires_at: sql<Date>`now() + make_interval(secs => ${seconds})` })
    .execute()
}

/** An unused token, expired or not. */
export function findToken(
  db: Db,
  hash: Buffer,
  purposes: readonly TokenPurpose[],
): Promise<OneTimeTokenRow | undefined> {
  return db
    .selectFrom('one_time_tokens')
    .selectAll()
    .select(sql<boolean>`expires_at <= now()`.as('expired'))
    .where('hash', '=', hash)
    .where('purpose', 'in', purposes)
    .where('used_at', 'is', null)
    .executeTakeFirst()
}

/** Whether a token has this hash. */
export async function isToken(db: Db, hash: Buffer): Promise<boolean> {
  const row = await db
    .selectFrom('one_time_tokens')
    .select('hash')
    .where('hash', '=', hash)
    .executeTakeFirst()
  return row !== undefined
}

/** Uses a token up; of concurrent attempts, one succeeds. */
export async function markTokenUsed(trx: Transaction<Tables>, hash: Buffer): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('one_time_tokens')
    .set({ used_at: now })
    .where('hash', '=', hash)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

/**
 * Voids every link the user was sent, so that nothing they asked for is pending. The caller holds the lock of the user.
 */
export async function deleteOpenTokens(trx: Transaction<Tables>, userId: string): Promise<void> {
  await trx.deleteFrom('one_time_tokens').where('user_id', '=', userId).where('used_at', 'is', null).execute()
}

/**
 * Voids the links of a change of address, those that expired too. The caller holds the lock of the user.
 * @returns whether there was any
 */
export async function deleteChangeTokens(trx: Transaction<Tables>, userId: string): Promise<boolean> {
  const { numDeletedRows } = await trx
    .deleteFrom('one_time_tokens')
    .where('user_id', '=', userId)
    .where('purpose', 'in', ['change-email', 'stop-email-change'])
    .where('used_at', 'is', null)
    .executeTakeFirstOrThrow()
  return numDeletedRows > 0n
}

/** Deletes tokens that expired more than `days` ago; until then they are reported as expired, not unknown. */
export async function pruneTokens(db: Db, days: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('one_time_tokens')
    .where('expires_at', '<', sql<Date>`now() - make_interval(days => ${days})`)
    .executeTakeFirstOrThrow()
  return Number(numDeletedRows)
}
