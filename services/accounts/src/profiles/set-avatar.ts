import { IdParams, ProblemBody, SetAvatar } from '@likeness/contracts'
import type { Server } from '@likeness/runtime'
import { z } from 'zod'
import { insertActivity, ourselves } from '../database/activities.table.js'
import { refreshAvatar, setAvatarIfNewer } from '../database/profiles.table.js'
import { findPerson } from '../database/users.table.js'
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
        response: { 204: z.null(), '4xx': ProblemBody },
      },
    },
    async (request, reply) => {
      await setAvatar(deps, request.params.id, request.body)
      return reply.code(204).send(null)
    },
  )
}

/**
 * Applied only when its version is newer, or the same with other URLs; so it may be repeated and may come in
 * any order.
 * @throws Problem `user-not-found`
 */
async function setAvatar(deps: ApiDeps, userId: string, { uploadId, ...avatar }: SetAvatar): Promise<void> {
  await deps.db.transaction().execute(async (trx) => {
    if (!(await setAvatarIfNewer(trx, userId, avatar))) {
      if (!(await findPerson(trx, userId))) throw problem('user-not-found')
      return refreshAvatar(trx, userId, avatar)
    }
    const details = { version: avatar.version, uploadId }
    await insertActivity(trx, { userId, type: 'avatar-published', origin: ourselves, details })
  })
}
