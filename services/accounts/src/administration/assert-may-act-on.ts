import { isAtLeast } from '@likeness/runtime'
import type { Person } from '../database/users.table.js'
import { problem } from '../problems.js'
import type { Actor } from './administer-user.js'

/**
 * Administrators act on everyone, managers on who ranks below them.
 * @throws Problem `forbidden`
 */
export function assertMayActOn(actor: Actor, person: Person): void {
  if (actor.role !== 'admin' && isAtLeast(person.role, actor.role)) throw problem('forbidden')
}
