import { AdminClose, IdParams, ProblemBody, StartedErasure } from '@likeness/contracts'
import { callerOf, type Server } from '@likeness/runtime'
import { originOf } from '../activity/origin.js'
import type { Origin } from '../database/activities.table.js'
import type { ApiDeps } from '../deps.js'
import { type ClosedAccount, closeAccount, startErasure } from '../erasure/close-account.js'
import { problem } from '../problems.js'
import type { Actor } from './administer-user.js'
import { lockActedOn } from './lock-acted-on.js'

/** DELETE /v1/admin/users/:id: closes another's account. For administrators. */
export function closeUserRoute(server: Server, deps: ApiDeps): void {
  server.delete(
    '/v1/admin/users/:id',
    {
      schema: {
        tags: ['administration'],
        summary: 'Close an account and erase all it owns',
        description: 'One’s own account is closed by `DELETE /v1/me`, with the password.',
        security: [{ accessToken: [] }],
        params: IdParams,
        body: AdminClose,
        response: { 202: StartedErasure, '4xx': ProblemBody },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const closed = await closeUser(deps, callerOf(request), id, request.body.reason, originOf(request))
      const { location, body } = await startErasure(deps, closed)
      return reply.code(202).header('location', location).send(body)
    },
  )
}

/** @throws Problem `own-account`, `unauthenticated`, `user-not-found` */
function closeUser(
  { db }: ApiDeps,
  actor: Actor,
  id: string,
  reason: string,
  origin: Origin,
): Promise<ClosedAccount> {
  if (actor.id === id) throw problem('own-account')
  return db.transaction().execute(async (trx) => {
    const person = await lockActedOn(trx, actor, id)
    return closeAccount(trx, person, { actor_id: actor.id, reason }, origin)
  })
}
