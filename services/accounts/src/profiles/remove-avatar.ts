import { IdParams, ProblemBody, RemoveAvatar } from '@likeness/contracts'
import type { Server } from '@likeness/runtime'
import { z } from 'zod'
import { byActor, hasActivity, insertActivity } from '../database/activities.table.js'
import { setAvatarIfNewer } from '../database/profiles.table.js'
import { lockPerson } from '../database/users.table.js'
import type { ApiDeps } from '../deps.js'
import { queueNotice } from '../emails/queue-mail.js'
import { problem } from '../problems.js'

/** DELETE /internal/users/:id/avatar: the picture was taken down. */
export function removeAvatarRoute(server: Server, deps: ApiDeps): void {
  server.delete(
    '/internal/users/:id/avatar',
    {
      schema: {
        hide: true,
        params: IdParams,
        body: RemoveAvatar,
        response: { 204: z.undefined(), '4xx': ProblemBody },
      },
    },
    async (request, reply) => {
      await removeAvatar(deps, request.params.id, request.body)
      return reply.code(204).send()
    },
  )
}

/**
 * The profile shows no avatar any more, unless it has a newer one. Whichever came first, its owner learns of it
 * once: as activity, and by mail when an operator did it. May be repeated.
 * @throws Problem `user-not-found`
 */
async function removeAvatar(
  deps: ApiDeps,
  userId: string,
  { version, uploadId, actor, reason }: RemoveAvatar,
): Promise<void> {
  const mailId = await deps.db.transaction().execute(async (trx) => {
    const person = await lockPerson(trx, userId)
    if (!person) throw problem('user-not-found')
    await setAvatarIfNewer(trx, userId, version, null)
    if (await hasActivity(trx, userId, 'avatar-removed', { version })) return undefined
    const by = byActor(userId, actor)
    await insertActivity(trx, {
      userId,
      type: 'avatar-removed',
      ...by,
      details: { version, uploadId, reason },
    })
    return by.actorId !== null
      ? queueNotice(trx, 'avatar-withdrawn', person, by.origin, { reason: reason ?? '–' })
      : undefined
  })
  if (mailId !== undefined) deps.enqueue('send-mail', { mailId })
}
