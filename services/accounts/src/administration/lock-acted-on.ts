import type { Role } from '@likeness/contracts'
import { isAtLeast } from '@likeness/runtime/caller'
import type { Transaction } from '@likeness/runtime/database'
import type { Tables } from '../database/database.js'
import { findPerson, type Person } from '../database/people.queries.js'
import { lockUsers } from '../database/users.table.js'
import { problem } from '../problems.js'

/** The one acting on another's account: a person, or the command line. */
export type Actor = { readonly id: string | null; readonly role: Role }

/**
 * Locks the person acted on, and the actor, until the transaction ends. Administrators act on everyone, managers on
 * those who rank below them. The current ranks count, because an access token may be older than its holder's demotion.
 * @throws Problem `unauthenticated` when the actor has lost their rank, `user-not-found`, `forbidden`
 */
export async function lockActedOn(trx: Transaction<Tables>, actor: Actor, id: string): Promise<Person> {
  const locked = await lockUsers(trx, actor.id === null ? [id] : [id, actor.id])
  if (actor.id !== null) {
    const own = locked.find((user) => user.id === actor.id)
    if (!own || own.disabled_at || !isAtLeast(own.role, actor.role)) throw problem('unauthenticated')
  }
  const person = await findPerson(trx, id)
  if (!person || person.ghost) throw problem('user-not-found')
  if (actor.role !== 'admin' && isAtLeast(person.role, actor.role)) throw problem('forbidden')
  return person
}
