import type { avatars } from '@likeness/contracts/endpoints'
import { callerOf, isAtLeast } from '@likeness/runtime/auth'
import { invalid } from '@likeness/runtime/judge-requests'
import type { Handler } from '@likeness/runtime/serve'
import type { Actor } from '../database/actor.js'
import { findLiveAvatar, unsetLive, uploadOf } from '../database/avatars.table.js'
import { markWithdrawn } from '../database/upload-transitions.js'
import { hasConfirmed, lockUser } from '../database/uploads.table.js'
import { findLastWithdrawn, insertWithdrawal, wasWithdrawn } from '../database/withdrawals.table.js'
import type { Deps } from '../deps.js'
import { problem } from '../problems.js'
import { actorOf } from '../uploads/actor-of.js'
import { announce } from '../uploads/announce.js'
import { isAvatarExpected } from './if-match.js'

/** `avatars.withdraw`: takes the avatar down; the picture stays in the history. */
export const withdrawAvatarHandler =
  (deps: Deps): Handler<typeof avatars.withdraw> =>
  async (request, reply) => {
    const caller = callerOf(request)
    const { userId } = request.params
    const reason = request.query.reason ?? request.body?.reason
    if (userId !== caller.id) {
      if (!isAtLeast(caller.role, 'manager')) throw problem('forbidden')
      if (reason === undefined) throw invalid([{ path: 'reason', code: 'required' }])
    }
    const ifMatch = request.headers['if-match']
    await withdrawAvatar(deps, userId, actorOf(request), { reason, ifMatch })
    return reply.code(204).send()
  }

type Withdrawal = { readonly reason: string | undefined; readonly ifMatch: string | undefined }

/**
 * Takes a user's avatar down. This draws a version like a confirmation does, so a picture confirmed before that is still
 * being rendered does not become the avatar afterwards. Doing so again succeeds quietly.
 *
 * A picture that an operator (a manager or administrator acting on another) takes down is held, even if its owner took
 * it down first: that would otherwise be a way to keep it.
 * @throws Problem avatar-not-found when there never was one, stale when `ifMatch` names another
 */
async function withdrawAvatar(
  deps: Deps,
  userId: string,
  actor: Actor & { id: string },
  { reason, ifMatch }: Withdrawal,
): Promise<void> {
  const byOperator = actor.id !== userId
  const done = await deps.db.transaction().execute(async (trx) => {
    await lockUser(trx, userId)
    const live = await findLiveAvatar(trx, userId)
    const last = live ? undefined : await findLastWithdrawn(trx, userId)
    const seen = live ?? last
    if (!isAvatarExpected(ifMatch, seen)) throw problem('stale')
    const taken = live ?? (byOperator && last?.held_at === null ? last : undefined)
    if (!taken && (ifMatch !== undefined || !(await hasConfirmed(trx, userId)))) {
      if (last || (await wasWithdrawn(trx, userId))) return undefined
      throw problem('avatar-not-found')
    }
    await unsetLive(trx, userId)
    const version = await insertWithdrawal(trx, {
      user_id: userId,
      upload_id: taken?.upload_id ?? null,
      actor_id: actor.id,
      ip: actor.ip,
      user_agent: actor.userAgent,
      reason: reason ?? null,
    })
    const details = { by: version, ...(reason === undefined ? {} : { reason }) }
    const withdrawn = taken && (await markWithdrawn(trx, uploadOf(taken), actor, details))
    return { version, withdrawn }
  })
  if (!done) return
  deps.enqueue('tell-withdrawal', { userId, version: done.version })
  if (done.withdrawn) announce(deps.bus, done.withdrawn)
}
