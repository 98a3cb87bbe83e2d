import type { toAccounts } from '@likeness/contracts/endpoints'
import type { Handler } from '@likeness/runtime/serve'
import { byActor } from '../database/activities.table.js'
import { showAvatar } from '../database/profiles.table.js'
import type { ApiDeps } from '../deps.js'
import { problem } from '../problems.js'

/** `toAccounts.setAvatar`: calls may be repeated and may arrive in any order. */
export const setAvatarHandler =
  ({ db }: ApiDeps): Handler<typeof toAccounts.setAvatar> =>
  async (request, reply) => {
    const { id: userId } = request.params
    const { uploadId, restored, actor, ...avatar } = request.body
    const isKnown = await showAvatar(db, userId, avatar, {
      type: restored ? 'avatar-restored' : 'avatar-published',
      ...byActor(userId, actor),
      details: { version: avatar.version, uploadId },
    })
    if (!isKnown) throw problem('user-not-found')
    return reply.code(204).send()
  }
