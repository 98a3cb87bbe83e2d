import type { people } from '@likeness/contracts/endpoints'
import type { Handler } from '@likeness/runtime/serve'
import { noteAct } from '@likeness/runtime/trail/operators'
import { endSessionsOf } from '../database/people.table.js'
import type { Deps } from '../deps.js'
import { personOfPath } from './subject-of-path.js'

/** `people.endSessions`: tokens made up to now are refused, in every process within seconds. */
export const endSessionsHandler =
  (deps: Deps): Handler<typeof people.endSessions> =>
  async (request, reply) => {
    const person = await personOfPath(deps, request.params)
    await deps.db.transaction().execute(async (trx) => {
      const ended = await endSessionsOf(trx, person)
      await noteAct(trx, request, {
        action: 'sessions-ended',
        userId: person.id,
        changes: { sessionsEndedAt: { before: person.sessions_ended_at, after: ended?.sessions_ended_at } },
      })
    })
    return reply.code(204).send()
  }
