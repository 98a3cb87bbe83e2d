import { type ActivityType, IdParams, ProblemBody, SetAvatar } from '@likeness/contracts'
import type { Server } from '@likeness/runtime'
import { z } from 'zod'
import { byActor, insertActivity } from '../database/activities.table.js'
import { refreshAvatar, type StoredAvatar, setAvatarIfNewer } from '../database/profiles.table.js'
import { lockPerson } from '../database/users.table.js'
import type { ApiDeps } from '../deps.js'
import { problem } from '../problems.js'

/** PUT /internal/users/:id/avatar: media shows a picture in the profile. */
export function setAvatarRoute(server: Server, deps: ApiDeps): void {
  server.put(
    '/internal/users/:id/avatar',
    {
      schema: {
        hide: true,
        params: IdParams,
        body: SetAvatar,
        response: { 204: z.undefined(), '4xx': ProblemBody },
      },
    },
    async (request, reply) => {
      const { uploadId, restored, actor, ...avatar } = request.body
      const { version } = avatar
      await setAvatar(deps, request.params.id, avatar, {
        type: restored ? 'avatar-restored' : 'avatar-published',
        details: { version, uploadId },
        actor,
      })
      return reply.code(204).send()
    },
  )
}

/**
 * Applied only when its version is newer, or the same with other sizes or formats, or a newer text; so it may be
 * repeated and may come in any order.
 * @throws Problem `user-not-found`
 */
async function setAvatar(
  deps: ApiDeps,
  userId: string,
  avatar: StoredAvatar,
  {
    actor,
    ...activity
  }: Pick<SetAvatar, 'actor'> & {
    type: ActivityType
    details: Readonly<Record<string, unknown>>
  },
): Promise<void> {
  await deps.db.transaction().execute(async (trx) => {
    if (!(await lockPerson(trx, userId))) throw problem('user-not-found')
    if (await setAvatarIfNewer(trx, userId, avatar.version, avatar)) {
      await insertActivity(trx, { userId, ...byActor(userId, actor), ...activity })
      return
    }
    await refreshAvatar(trx, userId, avatar)
  })
}
