import type { toAccounts } from '@likeness/contracts/endpoints'
import { initialsOf } from '@likeness/runtime/initials'
import type { Handler } from '@likeness/runtime/serve'
import { findPerson } from '../database/people.queries.js'
import type { ApiDeps } from '../deps.js'
import { problem } from '../problems.js'

/** `toAccounts.readInitials` */
export const readInitialsHandler =
  (deps: ApiDeps): Handler<typeof toAccounts.readInitials> =>
  async (request) => {
    const person = await findPerson(deps.db, request.params.id)
    if (!person || person.disabled_at) throw problem('user-not-found')
    return { initials: initialsOf(person.nickname) }
  }
