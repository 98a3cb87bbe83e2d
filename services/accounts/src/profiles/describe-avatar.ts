import { IdParams, ProblemBody, TellDescription } from '@likeness/contracts'
import type { Server } from '@likeness/runtime'
import { z } from 'zod'
import { byActor, hasActivity, insertActivity } from '../database/activities.table.js'
import { setAltTextIfNewer } from '../database/profiles.table.js'
import { lockPerson } from '../database/users.table.js'
import type { ApiDeps } from '../deps.js'
import { problem } from '../problems.js'

/** PATCH /internal/users/:id/avatar: the text of a picture was changed. */
export function describeAvatarRoute(server: Server, deps: ApiDeps): void {
  server.patch(
    '/internal/users/:id/avatar',
    {
      schema: {
        hide: true,
        params: IdParams,
        body: TellDescription,
        response: { 204: z.undefined(), '4xx': ProblemBody },
      },
    },
    async (request, reply) => {
      await describeAvatar(deps, request.params.id, request.body)
      return reply.code(204).send()
    },
  )
}

/**
 * The profile shows the newest text of the avatar it has, and its owner learns of each change once. May be repeated.
 * @throws Problem `user-not-found`
 */
async function describeAvatar(
  deps: ApiDeps,
  userId: string,
  { version, uploadId, revision, altText, changes }: TellDescription,
): Promise<void> {
  await deps.db.transaction().execute(async (trx) => {
    if (!(await lockPerson(trx, userId))) throw problem('user-not-found')
    await setAltTextIfNewer(trx, userId, { version, revision, altText })
    for (const change of changes) {
      const known = { uploadId, revision: change.revision }
      if (await hasActivity(trx, userId, 'avatar-described', known)) continue
      await insertActivity(trx, {
        userId,
        type: 'avatar-described',
        ...byActor(userId, change.actor),
        details: { version, ...known },
      })
    }
  })
}
