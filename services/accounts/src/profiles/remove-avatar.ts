import type { toAccounts } from '@likeness/contracts/endpoints'
import type { Handler } from '@likeness/runtime/serve'
import { byActor, hasActivity, insertActivity } from '../database/activities.table.js'
import { lockPerson } from '../database/people.queries.js'
import { removeAvatarIfOlder } from '../database/profiles.table.js'
import type { ApiDeps } from '../deps.js'
import { queueNotice } from '../mail/queue-mail.js'
import { problem } from '../problems.js'

/** `toAccounts.removeAvatar`: the owner is told once, whatever avatar the profile has by then. */
export const removeAvatarHandler =
  (deps: ApiDeps): Handler<typeof toAccounts.removeAvatar> =>
  async (request, reply) => {
    const { id: userId } = request.params
    const { version, uploadId, actor, reason } = request.body
    const mailId = await deps.db.transaction().execute(async (trx) => {
      const person = await lockPerson(trx, userId)
      if (!person) throw problem('user-not-found')
      const shown = await removeAvatarIfOlder(trx, userId, version)
      if (await hasActivity(trx, userId, 'avatar-removed', { version })) return undefined
      const by = byActor(userId, actor)
      const details = { version, uploadId, reason }
      await insertActivity(trx, {
        userId,
        type: 'avatar-removed',
        ...by,
        ...(shown !== undefined && { changes: { avatarVersion: { before: shown, after: null } } }),
        details,
      })
      if (by.actorId === null) return undefined
      return queueNotice(trx, 'avatar-withdrawn', person, by.origin, { reason: reason ?? '–' })
    })
    if (mailId !== undefined) deps.enqueue('send-mail', { mailId })
    return reply.code(204).send()
  }
