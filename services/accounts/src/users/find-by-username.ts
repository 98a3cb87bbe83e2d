import type { toAccounts } from '@likeness/contracts/endpoints'
import type { Handler } from '@likeness/runtime/serve'
import { findPersonByLogin } from '../database/people.queries.js'
import type { ApiDeps } from '../deps.js'
import { problem } from '../problems.js'

/** `toAccounts.findByUsername`: an operator names a user to media. */
export const findByUsernameHandler =
  (deps: ApiDeps): Handler<typeof toAccounts.findByUsername> =>
  async (request) => {
    const person = await findPersonByLogin(deps.db, request.params.username)
    if (!person || person.ghost) throw problem('user-not-found')
    return { userId: person.id }
  }
