import type { administration } from '@likeness/contracts/endpoints'
import { callerOf } from '@likeness/runtime/caller'
import type { Handler } from '@likeness/runtime/serve'
import { insertAuditEvent } from '@likeness/runtime/trail/audit-events'
import { originOf } from '../activity/origin.js'
import type { Origin } from '../database/activities.table.js'
import type { Person } from '../database/people.queries.js'
import type { ApiDeps } from '../deps.js'
import { type ClosedAccount, closeAccount, startErasure } from '../erasure/close-account.js'
import { problem } from '../problems.js'
import { isSeenBy } from './list-users.js'
import type { Actor } from './lock-acted-on.js'
import { lockActedOn } from './lock-acted-on.js'

/** `administration.closeUser` */
export const closeUserHandler =
  (deps: ApiDeps): Handler<typeof administration.closeUser> =>
  async (request, reply) => {
    const { id } = request.params
    const isSeen = isSeenBy(request.headers['if-match'], deps.config)
    const closed = await closeUser(deps, callerOf(request), id, {
      reason: request.body.reason,
      origin: originOf(request),
      isSeen,
    })
    const { location, body } = await startErasure(deps, closed)
    return reply.header('location', location).code(202).send(body)
  }

/**
 * @param isSeen whether the user, who is locked, is still as the actor saw them
 * @throws Problem `own-account`, `unauthenticated`, `user-not-found`, `stale`
 */
function closeUser(
  { db }: ApiDeps,
  actor: Actor & { id: string },
  id: string,
  { reason, origin, isSeen }: { reason: string; origin: Origin; isSeen: (person: Person) => boolean },
): Promise<ClosedAccount> {
  if (actor.id === id) throw problem('own-account')
  return db.transaction().execute(async (trx) => {
    const person = await lockActedOn(trx, actor, id)
    if (!isSeen(person)) throw problem('stale')
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
