import type { toAccounts } from '@likeness/contracts/endpoints'
import type { Handler } from '@likeness/runtime/serve'
import { byActor, hasActivity, insertActivity } from '../database/activities.table.js'
import { lockPerson } from '../database/people.queries.js'
import { setAltTextIfNewer } from '../database/profiles.table.js'
import type { ApiDeps } from '../deps.js'
import { problem } from '../problems.js'

/** `toAccounts.describeAvatar`: each change is reported to the owner once. */
export const describeAvatarHandler =
  ({ db }: ApiDeps): Handler<typeof toAccounts.describeAvatar> =>
  async (request, reply) => {
    const { id: userId } = request.params
    const { version, uploadId, revision, altText, changes } = request.body
    await db.transaction().execute(async (trx) => {
      if (!(await lockPerson(trx, userId))) throw problem('user-not-found')
      await setAltTextIfNewer(trx, userId, { version, revision, altText })
      for (const { revision, actor, altText } of changes) {
        const known = { uploadId, revision }
        if (await hasActivity(trx, userId, 'avatar-described', known)) continue
        const details = { version, ...known }
        await insertActivity(trx, {
          userId,
          type: 'avatar-described',
          ...byActor(userId, actor),
          ...(altText && { changes: { altText } }),
          details,
        })
      }
    })
    return reply.code(204).send()
  }
