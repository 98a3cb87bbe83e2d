import type { people } from '@likeness/contracts/endpoints'
import type { Handler } from '@likeness/runtime/serve'
import { noteAct } from '@likeness/runtime/trail/operators'
import { endSessionsOf, findPersonBySubject } from '../database/people.table.js'
import type { Deps } from '../deps.js'
import { askToErase } from '../erasure/erase-user.js'
import { subjectKeyOf } from './subject-of-path.js'

/** `people.erase`: what accounts asks for its users, for people of another login. Asked again until it is done. */
export const erasePersonHandler =
  (deps: Deps): Handler<typeof people.erase> =>
  async (request, reply) => {
    const key = subjectKeyOf(deps.config, request.params)
    const person = key && (await findPersonBySubject(deps.db, key))
    // Also when it is done: who was erased is known no more.
    if (!person) return reply.code(204).send()
    await deps.db.transaction().execute(async (trx) => {
      await endSessionsOf(trx, person)
      await noteAct(trx, request, { action: 'erasure-asked', userId: person.id })
    })
    await askToErase(deps, person.id)
    return reply.code(202).send()
  }
