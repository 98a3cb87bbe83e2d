import { createHash } from 'node:crypto'
import type { Database, Transaction } from '@likeness/runtime/database'
import { newId } from '@likeness/runtime/ids'
import type { ForeignPerson } from '@likeness/runtime/issuers/read-claims'
import { statement } from '@likeness/runtime/prepared'
import { type ColumnType, type Generated, type Selectable, sql } from 'kysely'
import type { Tables } from './database.js'
import type { OldRows } from './old-rows.queries.js'

/** People who came with a token of another issuer. Those of accounts have its id, and no row. */
export type PeopleTable = {
  id: string
  issuer: string
  subject: string
  email: string | null
  name: string | null
  locale: string | null
  first_seen_at: Generated<Date>
  /** Tokens made up to then are refused. */
  sessions_ended_at: ColumnType<Date | null, Date | null | undefined, Date | null>
}
export type PersonRow = Selectable<PeopleTable>

/** People who were erased, by the hash of their issuer and subject: a token from before must not bring them back. */
export type LeftPeopleTable = {
  who: Buffer
  left_at: Generated<Date>
}

type Db = Database<Tables>
/** How their own login names someone. */
export type SubjectKey = Pick<PeopleTable, 'issuer' | 'subject'>

/** Tells people apart without saying who they are. */
export const hashOfSubject = ({ issuer, subject }: SubjectKey): Buffer =>
  createHash('sha256').update(`${issuer}\0${subject}`).digest()

/**
 * The person whom a token speaks for, who is made at first sight, and described as the token does.
 * @param issuedAt when the token was made, ms
 * @returns `hasImport`: a picture of theirs is to be imported; undefined when the token does not count: their sessions
 * were ended, or they were erased, after it was made
 */
export async function meetPerson(
  db: Db,
  person: ForeignPerson,
  issuedAt: number,
): Promise<{ id: string; hasImport: boolean } | undefined> {
  const { issuer, subject, email, name, locale, picture } = person
  const [known] = await find(db, issuer, subject)
  const isSame = known && known.email === email && known.name === name && known.locale === locale
  const who = hashOfSubject(person)
  const [met] = isSame
    ? [{ ...known, has_import: false }]
    : await meet(db, newId(), issuer, subject, email, name, locale, who, new Date(issuedAt), picture)
  const refusedUpTo = met?.sessions_ended_at?.getTime() ?? Number.NEGATIVE_INFINITY
  return met && issuedAt > refusedUpTo ? { id: met.id, hasImport: met.has_import } : undefined
}

const find = statement<PersonRow>(
  'find-person-by-subject',
  `select id, issuer, subject, email, name, locale, first_seen_at, sessions_ended_at
  from people where issuer = $1 and subject = $2`,
)

// Whoever left is made again by a newer token alone, and then older ones do not count either. A row that was inserted, and
// not updated, has no xmax.
const meet = statement<Pick<PersonRow, 'id' | 'sessions_ended_at'> & { has_import: boolean }>(
  'meet-person',
  `with met as (
    insert into people (id, issuer, subject, email, name, locale, sessions_ended_at)
    select $1, $2, $3, $4, $5, $6, (select left_at from left_people where who = $7)
    where not exists (select from left_people where who = $7 and left_at >= $8)
    on conflict (issuer, subject) do update set email = $4, name = $5, locale = $6
    returning id, sessions_ended_at, xmax = 0 as is_new
  ), asked as (
    insert into picture_imports (user_id, url) select id, $9::text from met where is_new and $9::text is not null
    returning user_id
  )
  select id, sessions_ended_at, exists (select from asked) as has_import from met`,
)

export const findPersonBySubject = (
  db: Db,
  { issuer, subject }: SubjectKey,
): Promise<PersonRow | undefined> => find(db, issuer, subject).then(([row]) => row)

export const findPerson = (db: Db, id: string): Promise<PersonRow | undefined> =>
  db.selectFrom('people').selectAll().where('id', '=', id).executeTakeFirst()

/** Makes a person whose token did not come yet. @returns their row, and whether it is new */
export async function makeKnown(
  trx: Transaction<Tables>,
  { issuer, subject }: SubjectKey,
): Promise<{ row: PersonRow; isNew: boolean }> {
  const made = await trx
    .insertInto('people')
    .values({
      ...{ id: newId(), issuer, subject, email: null, name: null, locale: null },
      // Tokens from before an erasure count no more.
      sessions_ended_at: sql<Date>`(select left_at from left_people where who = ${hashOfSubject({ issuer, subject })})`,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst()
  const row = made ?? (await findPersonBySubject(trx, { issuer, subject }))
  if (!row) throw new Error('a person was erased while they were made known')
  return { row, isNew: made !== undefined }
}

/** Ends every session of a person until now. @returns their row, or undefined for nobody known */
export const endSessionsOf = (db: Db, { issuer, subject }: SubjectKey): Promise<PersonRow | undefined> =>
  db
    .updateTable('people')
    .set({ sessions_ended_at: sql<Date>`clock_timestamp()` })
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .returningAll()
    .executeTakeFirst()

/** The people whose sessions were ended in the last seconds, those who left among them. */
export async function findEndedPeople(db: Db, seconds: number): Promise<{ id: string; ended_at: Date }[]> {
  const { rows } = await sql<{ id: string; ended_at: Date }>`
    select id, sessions_ended_at as ended_at from people
    where sessions_ended_at > now() - make_interval(secs => ${seconds})
    union all
    select user_id, asked_at from erased_users where asked_at > now() - make_interval(secs => ${seconds})`.execute(
    db,
  )
  return rows
}

/** Forgets who a person is. Their tokens so far stay refused. */
export async function forgetPerson(trx: Transaction<Tables>, id: string): Promise<void> {
  const gone = await trx
    .deleteFrom('people')
    .where('id', '=', id)
    .returning(['issuer', 'subject'])
    .executeTakeFirst()
  if (!gone) return
  await trx
    .insertInto('left_people')
    .values({ who: hashOfSubject(gone) })
    .onConflict((conflict) => conflict.column('who').doUpdateSet({ left_at: sql<Date>`now()` }))
    .execute()
}

/** No token is refused for longer: whoever still signs older ones signs new ones too. */
export const oldLeftPeople: OldRows = {
  table: 'left_people',
  since: 'left_at',
  isOld: sql<boolean>`left_at <= now() - interval '90 days'`,
}
