import type { Role } from '@likeness/contracts'
import type { Database, Transaction } from '@likeness/runtime'
import { type Generated, type Insertable, type Selectable, sql } from 'kysely'
import type { Tables } from './database.js'

export type UsersTable = {
  id: string
  username: string
  /** What usernames and addresses are compared by: see `keyOf`. */
  username_key: string
  email: string
  email_key: string
  email_verified_at: Generated<Date | null>
  /** PHC string of Argon2id. */
  password_hash: string
  role: Generated<Role>
  group_name: string
  disabled_at: Generated<Date | null>
  created_at: Generated<Date>
}

type Db = Database<Tables>

/** A user and their profile, as every view of a person needs them. */
export type Person = Selectable<UsersTable> & Selectable<Tables['profiles']>

/** Two names or addresses are the same when their keys are. */
export const keyOf = (nameOrAddress: string): string => nameOrAddress.normalize('NFKC').toLowerCase()

const people = (db: Db) =>
  db.selectFrom('users').innerJoin('profiles', 'profiles.user_id', 'users.id').selectAll()

export function findPerson(db: Db, id: string): Promise<Person | undefined> {
  return people(db).where('users.id', '=', id).executeTakeFirst()
}

/** By e-mail address or username: the former have an `@`, the latter cannot. */
export function findPersonByLogin(db: Db, login: string): Promise<Person | undefined> {
  const column = login.includes('@') ? 'users.email_key' : 'users.username_key'
  return people(db).where(column, '=', keyOf(login)).executeTakeFirst()
}

/** A person, whose rows nobody else changes until the transaction ends. */
export function lockPerson(trx: Transaction<Tables>, id: string): Promise<Person | undefined> {
  return people(trx).where('users.id', '=', id).forUpdate().executeTakeFirst()
}

/** Fails on the unique constraints `users_username` and `users_email`. */
export async function insertUser(
  trx: Transaction<Tables>,
  user: Omit<Insertable<UsersTable>, 'username_key' | 'email_key'>,
): Promise<void> {
  await trx
    .insertInto('users')
    .values({ ...user, username_key: keyOf(user.username), email_key: keyOf(user.email) })
    .execute()
}

/** Fails on the unique constraint `users_username`. */
export async function setUsername(trx: Transaction<Tables>, id: string, username: string): Promise<void> {
  await trx
    .updateTable('users')
    .set({ username, username_key: keyOf(username) })
    .where('id', '=', id)
    .execute()
}

/** Replaces a hash by one of the same password with today's parameters, unless the password changed meanwhile. */
export async function replaceHash(db: Db, id: string, old: string, hash: string): Promise<void> {
  await db
    .updateTable('users')
    .set({ password_hash: hash })
    .where('id', '=', id)
    .where('password_hash', '=', old)
    .execute()
}

/** Serialises whoever makes the first administrator, and tells whether there is one. */
export async function lockAdmins(trx: Transaction<Tables>): Promise<boolean> {
  await sql`select pg_advisory_xact_lock(hashtextextended('likeness-admins', 0))`.execute(trx)
  const admin = await trx
    .selectFrom('users')
    .select('id')
    .where('role', '=', 'admin')
    .limit(1)
    .executeTakeFirst()
  return admin !== undefined
}
