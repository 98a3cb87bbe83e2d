import type { avatars } from '@likeness/contracts/endpoints'
import { callerOf, isAtLeast } from '@likeness/runtime/caller'
import { invalid } from '@likeness/runtime/judge-requests'
import type { Handler } from '@likeness/runtime/serve'
import type { Actor } from '../database/actor.js'
import { findLiveAvatar, uploadOf } from '../database/avatars.table.js'
import { isErased } from '../database/erased-users.table.js'
import { hasConfirmed, lockUser } from '../database/uploads.table.js'
import { findLastWithdrawn, wasWithdrawn } from '../database/withdrawals.table.js'
import type { Deps } from '../deps.js'
import { problem } from '../problems.js'
import { tellWithinMs } from '../tell-within.js'
import { actorOf } from '../uploads/actor-of.js'
import { announce } from '../uploads/announce.js'
import { assertAvatarSeen } from './if-match.js'
import { takeAvatarDown } from './take-avatar-down.js'
import { tellWithdrawal } from './tell-withdrawal.job.js'

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
    // Who leaves has no access by now; an operator may still be looking at them.
    if (byOperator && (await isErased(trx, userId))) throw problem('avatar-not-found')
    const live = await findLiveAvatar(trx, userId)
    const last = live ? undefined : await findLastWithdrawn(trx, userId)
    const seen = live ?? last
    await assertAvatarSeen(trx, ifMatch, seen)
    const taken = live ?? (byOperator && last?.held_at === null ? last : undefined)
    if (!taken && (ifMatch !== undefined || !(await hasConfirmed(trx, userId)))) {
      if (last || (await wasWithdrawn(trx, userId))) return undefined
      throw problem('avatar-not-found')
    }
    const why = reason === undefined ? {} : { reason }
    return takeAvatarDown(trx, userId, taken && uploadOf(taken), actor, why)
  })
  if (!done) return
  if (done.withdrawn) announce(deps.bus, done.withdrawn)
  const withdrawal = { userId, version: done.version }
  try {
    // The profile has followed when the answer comes, so nobody has to ask for it again and again.
    await tellWithdrawal(deps, withdrawal, { timeoutMs: tellWithinMs })
  } catch (error) {
    deps.logger.warn({ err: error, userId }, 'could not tell accounts of a withdrawal at once; the job will')
    deps.enqueue('tell-withdrawal', withdrawal)
  }
}
