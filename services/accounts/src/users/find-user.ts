import type { toAccounts } from '@likeness/contracts/endpoints'
import type { Handler } from '@likeness/runtime/serve'
import { findPerson } from '../database/people.queries.js'
import type { ApiDeps } from '../deps.js'
import { problem } from '../problems.js'

/** `toAccounts.findUser`: media asks before it stores anything for a user. */
export const findUserHandler =
  (deps: ApiDeps): Handler<typeof toAccounts.findUser> =>
  async (request, reply) => {
    const person = await findPerson(deps.db, request.params.id)
    if (!person || person.ghost) throw problem('user-not-found')
    return reply.code(204).send()
  }
