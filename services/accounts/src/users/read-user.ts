import type { users } from '@likeness/contracts/endpoints'
import type { Handler } from '@likeness/runtime/serve'
import { findPerson } from '../database/people.queries.js'
import type { ApiDeps } from '../deps.js'
import { problem } from '../problems.js'
import { viewPublicUser } from '../profiles/user-view.js'

/** `users.read` */
export const readUserHandler =
  (deps: ApiDeps): Handler<typeof users.read> =>
  async (request) => {
    const person = await findPerson(deps.db, request.params.id)
    if (!person || person.disabled_at) throw problem('user-not-found')
    return viewPublicUser(person, deps.config)
  }
