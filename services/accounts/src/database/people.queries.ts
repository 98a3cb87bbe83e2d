import type { Role } from '@likeness/contracts'
import type { Database, Transaction } from '@likeness/runtime/database'
import { gatheredRead } from '@likeness/runtime/gathered-read'
import { statement } from '@likeness/runtime/prepared'
import { type Selectable, sql } from 'kysely'
import type { Tables } from './database.js'
import { keyOf, type UsersTable } from './users.table.js'

type Db = Database<Tables>

/** A user and their profile, as every view of a person needs them. */
export type Person = Selectable<UsersTable> & Selectable<Tables['profiles']>

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
const person = Object.entries(personColumns)
  .map(([column, table]) => `${table}.${column}`)
  .join(', ')
const tables = 'users join profiles on profiles.user_id = users.id'
const people = `select ${person} from ${tables}`

const personBy = {
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

export const findPerson = (db: Db, id: string): Promise<Person | undefined> => find(db, { user_id: id })
const find = gatheredRead<Person>()(
  'find-person',
  { user_id: 'uuid' },
  `select asked.nth, ${person} from asked join (${tables}) on users.id = asked.user_id`,
)

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
