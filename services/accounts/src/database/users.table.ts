import type { Role } from '@likeness/contracts'
import type { Database, Transaction } from '@likeness/runtime/database'
import { statement } from '@likeness/runtime/prepared'
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

/** A user and their profile, as every view of a person needs them. */
export type Person = Selectable<UsersTable> & Selectable<Tables['profiles']>

/** Two names or addresses are the same when their keys are. */
export const keyOf = (nameOrAddress: string): string => nameOrAddress.normalize('NFKC').toLowerCase()

const personColumns: { readonly [Column in keyof Person]: 'users' | 'profiles' } = {
  id: 'users',
  username: 'users',
  username_key: 'users',
  email: 'users',
  email_key: 'users',
  email_verified_at: 'users',
  password_hash: 'users',
  role: 'users',
  group_name: 'users',
  disabled_at: 'users',
  ghost: 'users',
  created_at: 'users',
  user_id: 'profiles',
  first_name: 'profiles',
  last_name: 'profiles',
  nickname: 'profiles',
  bio: 'profiles',
  phone_number: 'profiles',
  company_name: 'profiles',
  profession: 'profiles',
  birth_date: 'profiles',
  linkedin_url: 'profiles',
  github_url: 'profiles',
  is_professional: 'profiles',
  locale: 'profiles',
  discoverable: 'profiles',
  custom: 'profiles',
  avatar_version: 'profiles',
  avatar: 'profiles',
  updated_at: 'profiles',
}
const people = `select ${Object.entries(personColumns)
  .map(([column, table]) => `${table}.${column}`)
  .join(', ')}
  from users join profiles on profiles.user_id = users.id`

const personBy = {
  id: statement<Person>('find-person', `${people} where users.id = $1`),
  email: statement<Person>('find-person-by-email', `${people} where users.email_key = $1`),
  username: statement<Person>('find-person-by-username', `${people} where users.username_key = $1`),
  idLocked: statement<Person>('lock-person', `${people} where users.id = $1 for no key update`),
  emailLocked: statement<Person>(
    'lock-person-by-email',
    `${people} where users.email_key = $1 for no key update`,
  ),
  emailKept: statement<Person>(
    'keep-person-by-email',
    `${people} where users.email_key = $1 for key share of users`,
  ),
}

export async function findPerson(db: Db, id: string): Promise<Person | undefined> {
  return (await personBy.id(db, id))[0]
}

/** Finds by e-mail address or username: an address has an `@`, a username cannot. */
export async function findPersonByLogin(db: Db, login: string): Promise<Person | undefined> {
  return (await personBy[login.includes('@') ? 'email' : 'username'](db, keyOf(login)))[0]
}

/**
 * Locks a person's rows until the transaction ends. Every transaction locks a person before what is theirs; rows that
 * refer to them may still be added.
 */
export async function lockPerson(trx: Transaction<Tables>, id: string): Promise<Person | undefined> {
  return (await personBy.idLocked(trx, id))[0]
}

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

/** Locks the person who has an address, as `lockPerson` does. */
export async function lockPersonByEmail(
  trx: Transaction<Tables>,
  email: string,
): Promise<Person | undefined> {
  return (await personBy.emailLocked(trx, keyOf(email)))[0]
}

/** The person who has an address, kept from deletion until the transaction ends. */
export async function keepPersonByEmail(
  trx: Transaction<Tables>,
  email: string,
): Promise<Person | undefined> {
  return (await personBy.emailKept(trx, keyOf(email)))[0]
}

/** Finds by address alone. */
export async function findPersonByEmail(db: Db, email: string): Promise<Person | undefined> {
  return (await personBy.email(db, keyOf(email)))[0]
}

/** The person who may be found by the MD5 or SHA-256 hash of their address, in hexadecimal. */
export async function findDiscoverable(
  db: Db,
  hash: string,
  verifiedOnly: boolean,
): Promise<string | undefined> {
  const hashed =
    hash.length === 32 ? sql<string>`md5(email_key)` : sql<string>`encode(sha256(email_key::bytea), 'hex')`
  let query = db
    .selectFrom('users')
    .innerJoin('profiles', 'profiles.user_id', 'users.id')
    .select('users.id')
    .where(hashed, '=', hash)
    .where('profiles.discoverable', '=', true)
    .where('users.disabled_at', 'is', null)
  if (verifiedOnly) query = query.where('users.email_verified_at', 'is not', null)
  const row = await query.executeTakeFirst()
  return row?.id
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

/** Newest first, older than `after`; ghosts are left out. */
export function listPeople(
  db: Db,
  filter: {
    q?: string | undefined
    role?: Role | undefined
    group?: string | undefined
    status?: 'active' | 'disabled' | 'unverified' | undefined
    /** With commas between them. */
    ids?: string | undefined
  },
  page: { after: string | undefined; limit: number },
): Promise<Person[]> {
  let query = db
    .selectFrom('users')
    .innerJoin('profiles', 'profiles.user_id', 'users.id')
    .selectAll()
    .where('users.ghost', '=', false)
  if (filter.q !== undefined) {
    const part = `%${keyOf(filter.q).replace(/[\\%_]/g, '\\$&')}%`
    const names = sql<string>`lower(concat_ws(' ', profiles.nickname, profiles.first_name, profiles.last_name))`
    query = query.where((is) =>
      is.or([
        is('users.username_key', 'like', part),
        is('users.email_key', 'like', part),
        is(names, 'like', part),
      ]),
    )
  }
  if (filter.role !== undefined) query = query.where('users.role', '=', filter.role)
  if (filter.group !== undefined) query = query.where('users.group_name', '=', filter.group)
  if (filter.status !== undefined) {
    query = query.where('users.disabled_at', filter.status === 'disabled' ? 'is not' : 'is', null)
  }
  if (filter.status === 'unverified') query = query.where('users.email_verified_at', 'is', null)
  if (filter.ids !== undefined) query = query.where('users.id', 'in', filter.ids.split(','))
  if (page.after !== undefined) query = query.where('users.id', '<', page.after)
  return query.orderBy('users.id', 'desc').limit(page.limit).execute()
}
