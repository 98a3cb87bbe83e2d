import type { administration } from '@likeness/contracts/endpoints'
import { callerOf } from '@likeness/runtime/auth'
import type { Handler } from '@likeness/runtime/serve'
import { insertAuditEvent } from '@likeness/runtime/trail/audit-events'
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
  actor: Actor & { id: string },
  id: string,
  reason: string,
  origin: Origin,
): Promise<ClosedAccount> {
  if (actor.id === id) throw problem('own-account')
  return db.transaction().execute(async (trx) => {
    const person = await lockActedOn(trx, actor, id)
    const closed = await closeAccount(trx, person, { actor_id: actor.id, reason }, origin)
    // After the trail of the person is gone. The record of the erasure has the reason.
    const { ip, userAgent } = origin
    const details = { erasure: closed.erasure.id }
    await insertAuditEvent(
      trx,
      { id: actor.id, role: actor.role, ip, userAgent },
      { action: 'account-closed', userId: id, details },
    )
    return closed
  })
}
