import type { administration } from '@likeness/contracts/endpoints'
import { callerOf } from '@likeness/runtime/auth'
import type { Handler } from '@likeness/runtime/serve'
import { originOf } from '../activity/origin.js'
import type { Origin } from '../database/activities.table.js'
import type { ApiDeps } from '../deps.js'
import { type ClosedAccount, closeAccount, startErasure } from '../erasure/close-account.js'
import { problem } from '../problems.js'
import type { Actor } from './lock-acted-on.js'
import { lockActedOn } from './lock-acted-on.js'

/** `administration.closeUser` */
export const closeUserHandler =
  (deps: ApiDeps): Handler<typeof administration.closeUser> =>
  async (request, reply) => {
    const { id } = request.params
    const closed = await closeUser(deps, callerOf(request), id, request.body.reason, originOf(request))
    const { location, body } = await startErasure(deps, closed)
    return reply.header('location', location).code(202).send(body)
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
