import { AvatarParams, ProblemBody, WithdrawAvatar, WithdrawAvatarQuery } from '@likeness/contracts'
import { callerOf, isAtLeast, type Server } from '@likeness/runtime'
import { z } from 'zod'
import { findLiveAvatar, unsetLive } from '../database/avatars.table.js'
import type { Actor } from '../database/upload-events.table.js'
import { markWithdrawn } from '../database/upload-transitions.js'
import { hasConfirmed, lockUser } from '../database/uploads.table.js'
import { insertWithdrawal, wasWithdrawn } from '../database/withdrawals.table.js'
import type { Deps } from '../deps.js'
import { problem } from '../problems.js'
import { actorOf } from '../uploads/actor-of.js'
import { announce } from '../uploads/announce.js'

/** DELETE /v1/avatars/:userId: no avatar any more; the picture stays in the history. */
export function withdrawAvatarRoute(server: Server, deps: Deps): void {
  server.delete(
    '/v1/avatars/:userId',
    {
      schema: {
        summary: 'Take the avatar down; its upload can be restored',
        tags: ['avatars'],
        security: [{ accessToken: [] }],
        params: AvatarParams,
        querystring: WithdrawAvatarQuery,
        body: WithdrawAvatar.nullish(),
        response: { 204: z.null(), '4xx': ProblemBody },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request)
      const { userId } = request.params
      const reason = request.query.reason ?? request.body?.reason
      if (userId !== caller.id) {
        if (!isAtLeast(caller.role, 'manager')) throw problem('forbidden')
        if (reason === undefined) {
          const errors = [{ path: 'reason', message: 'is required for another’s avatar' }]
          throw problem('validation-failed', {}, { errors })
        }
      }
      await withdrawAvatar(deps, userId, actorOf(request), reason)
      return reply.code(204).send(null)
    },
  )
}

/**
 * Takes a user's avatar down. It draws a version like a confirmation does: a picture confirmed before it that
 * is still being rendered does not become the avatar after it. Doing so again is a quiet success.
 * @throws Problem avatar-not-found when there never was one
 */
export async function withdrawAvatar(
  deps: Deps,
  userId: string,
  actor: Actor & { id: string },
  reason: string | undefined,
): Promise<void> {
  const done = await deps.db.transaction().execute(async (trx) => {
    await lockUser(trx, userId)
    const live = await findLiveAvatar(trx, userId)
    if (!live && !(await hasConfirmed(trx, userId))) {
      if (await wasWithdrawn(trx, userId)) return undefined
      throw problem('avatar-not-found')
    }
    await unsetLive(trx, userId)
    const version = await insertWithdrawal(trx, {
      user_id: userId,
      upload_id: live?.upload_id ?? null,
      actor_id: actor.id,
      reason: reason ?? null,
    })
    const details = { by: version, ...(reason === undefined ? {} : { reason }) }
    const withdrawn = live && (await markWithdrawn(trx, { userId, id: live.upload_id }, actor, details))
    return { version, withdrawn }
  })
  if (!done) return
  deps.enqueue('tell-withdrawal', { userId, version: done.version })
  if (done.withdrawn) await announce(deps.bus, done.withdrawn)
}
