import type { toAccounts } from '@likeness/contracts/endpoints'
import type { Handler } from '@likeness/runtime/serve'
import { byActor, insertActivity } from '../database/activities.table.js'
import { refreshAvatar, setAvatarIfNewer } from '../database/profiles.table.js'
import { lockPerson } from '../database/users.table.js'
import type { ApiDeps } from '../deps.js'
import { problem } from '../problems.js'

/** `toAccounts.setAvatar`: calls may be repeated and may arrive in any order. */
export const setAvatarHandler =
  ({ db }: ApiDeps): Handler<typeof toAccounts.setAvatar> =>
  async (request, reply) => {
    const { id: userId } = request.params
    const { uploadId, restored, actor, ...avatar } = request.body
    const { version } = avatar
    await db.transaction().execute(async (trx) => {
      if (!(await lockPerson(trx, userId))) throw problem('user-not-found')
      const isNewer = await setAvatarIfNewer(trx, userId, version, avatar)
      if (!isNewer) return refreshAvatar(trx, userId, avatar)
      await insertActivity(trx, {
        userId,
        type: restored ? 'avatar-restored' : 'avatar-published',
        ...byActor(userId, actor),
        details: { version, uploadId },
      })
    })
    return reply.code(204).send()
  }
