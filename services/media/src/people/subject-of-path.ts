import type { Person, PersonParams } from '@likeness/contracts'
import type { PersonRow, SubjectKey } from '../database/people.table.js'
import { findPersonBySubject } from '../database/people.table.js'
import type { Deps } from '../deps.js'
import { problem } from '../problems.js'

/** The issuer and the subject that a path names; undefined where no issuer has the alias. */
export function subjectKeyOf(
  { ISSUERS }: Pick<Deps['config'], 'ISSUERS'>,
  { issuer: alias, subject }: PersonParams,
): SubjectKey | undefined {
  const found = ISSUERS.find((issuer) => issuer.alias === alias)
  return found && { issuer: found.issuer, subject }
}

/** @throws Problem person-not-found */
export async function personOfPath(
  { db, config }: Pick<Deps, 'db' | 'config'>,
  params: PersonParams,
): Promise<PersonRow> {
  const key = subjectKeyOf(config, params)
  const person = key && (await findPersonBySubject(db, key))
  if (!person) throw problem('person-not-found')
  return person
}

/** @param issuer its alias */
export const viewPerson = (row: PersonRow, issuer: string): Person => ({
  ...{ id: row.id, issuer, subject: row.subject, email: row.email, name: row.name, locale: row.locale },
  firstSeenAt: row.first_seen_at.toISOString(),
  sessionsEndedAt: row.sessions_ended_at?.toISOString() ?? null,
})
