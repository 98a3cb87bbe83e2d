import type { Role } from '@likeness/contracts'
import type { Database, Transaction } from '@likeness/runtime/database'
import { type Generated, type Insertable, type Selectable, sql } from 'kysely'
import { eraseTrail } from './activities.table.js'
import type { Tables } from './database.js'

export type UsersTable = {
  id: string
  username: string
  /** Usernames and addresses are compared by their keys: see `keyOf`. */
  username_key: string
  email: string
  email_key: string
  email_verified_at: Generated<Date | null>
  /** PHC string of Argon2id. */
  password_hash: string
  role: Generated<Role>
  group_name: string
  disabled_at: Generated<Date | null>
  /** Registered with an address another user has, when no answer may reveal that. A ghost can never be used. */
  ghost: Generated<boolean>
  created_at: Generated<Date>
}

type Db = Database<Tables>

/** Two names or addresses are the same when their keys are. */
export const keyOf = (nameOrAddress: string): string => nameOrAddress.normalize('NFKC').toLowerCase()

/**
 * Locks users until the transaction ends, in the order of their ids, so that two transactions that lock the same users
 * cannot deadlock.
 */
export function lockUsers(
  trx: Transaction<Tables>,
  ids: readonly string[],
): Promise<Pick<Selectable<UsersTable>, 'id' | 'role' | 'disabled_at'>[]> {
  return trx
    .selectFrom('users')
    .select(['id', 'role', 'disabled_at'])
    .where('id', 'in', ids)
    .orderBy('id')
    .forNoKeyUpdate()
    .execute()
}

/** Fails on the unique constraints `users_username` and `users_email`; a ghost only on the former. */
export async function insertUser(
  trx: Transaction<Tables>,
  user: Omit<Insertable<UsersTable>, 'username_key' | 'email_key'>,
): Promise<void> {
  // No address has this key, so the address stays with its owner.
  const emailKey = user.ghost ? `ghost:${user.id}` : keyOf(user.email)
  await trx
    .insertInto('users')
    .values({ ...user, username_key: keyOf(user.username), email_key: emailKey })
    .execute()
}

/** Records a change of what the user is shown. */
async function touch(trx: Transaction<Tables>, id: string): Promise<void> {
  await trx.updateTable('profiles').set({ updated_at: sql<Date>`now()` }).where('user_id', '=', id).execute()
}

/** Marks the address verified, if it is still this one. */
export async function markVerified(trx: Transaction<Tables>, id: string, email: string): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('users')
    .set({ email_verified_at: sql<Date>`coalesce(email_verified_at, now())` })
    .where('id', '=', id)
    .where('email_key', '=', keyOf(email))
    .executeTakeFirstOrThrow()
  if (numUpdatedRows === 0n) return false
  await touch(trx, id)
  return true
}

/** Gives a user an address they have verified. Fails on the unique constraint `users_email`. */
export async function setEmail(trx: Transaction<Tables>, id: string, email: string): Promise<void> {
  await trx
    .updateTable('users')
    .set({ email, email_key: keyOf(email), email_verified_at: sql<Date>`now()` })
    .where('id', '=', id)
    .execute()
  await touch(trx, id)
}

export async function setPassword(trx: Transaction<Tables>, id: string, hash: string): Promise<void> {
  await trx.updateTable('users').set({ password_hash: hash }).where('id', '=', id).execute()
}

/** Deletes accounts nobody can use: ghosts and, if verification is mandatory, those that never verified. */
export async function deleteUnverified(
  trx: Transaction<Tables>,
  days: number,
  alsoReal: boolean,
): Promise<number> {
  let query = trx
    .selectFrom('users')
    .select('id')
    .where('email_verified_at', 'is', null)
    .where('created_at', '<', sql<Date>`now() - make_interval(days => ${days})`)
  if (!alsoReal) query = query.where('ghost', '=', true)
  const people = await query.orderBy('id').forUpdate().execute()
  for (const { id } of people) await deleteUser(trx, id)
  return people.length
}

/** Fails on the unique constraint `users_username`. */
export async function setUsername(trx: Transaction<Tables>, id: string, username: string): Promise<void> {
  await trx
    .updateTable('users')
    .set({ username, username_key: keyOf(username) })
    .where('id', '=', id)
    .execute()
}

/** Replaces a hash with one of the same password with today's parameters, unless the password changed meanwhile. */
export async function replaceHash(db: Db, id: string, old: string, hash: string): Promise<void> {
  await db
    .updateTable('users')
    .set({ password_hash: hash })
    .where('id', '=', id)
    .where('password_hash', '=', old)
    .execute()
}

/** Serialises changes of who is an administrator, and lists those who can act. */
export async function lockAdmins(trx: Transaction<Tables>): Promise<string[]> {
  await sql`select pg_advisory_xact_lock(hashtextextended('likeness-admins', 0))`.execute(trx)
  const admins = await trx
    .selectFrom('users')
    .select('id')
    .where('role', '=', 'admin')
    .where('disabled_at', 'is', null)
    .execute()
  return admins.map((admin) => admin.id)
}

/** Sets what others decide about a user. */
export async function setStanding(
  trx: Transaction<Tables>,
  id: string,
  standing: { role: Role; group: string; disabled: boolean },
): Promise<void> {
  await trx
    .updateTable('users')
    .set({
      role: standing.role,
      group_name: standing.group,
      disabled_at: standing.disabled ? sql<Date>`coalesce(disabled_at, now())` : null,
    })
    .where('id', '=', id)
    .execute()
  await touch(trx, id)
}

/** Deletes a user with their profile, activity, tokens and e-mails. */
export async function deleteUser(trx: Transaction<Tables>, id: string): Promise<void> {
  await eraseTrail(trx, id)
  await trx.deleteFrom('users').where('id', '=', id).execute()
}
