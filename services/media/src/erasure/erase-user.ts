import type { toMedia } from '@likeness/contracts/endpoints'
import type { Handler } from '@likeness/runtime'
import { askErasure } from '../database/erased-users.table.js'
import { lockUser } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { erasedTopic } from '../topics.js'

/** `toMedia.eraseUser`: accounts asks to erase all of a user, again and again until the answer is 204. */
export const eraseUserHandler =
  (deps: Deps): Handler<typeof toMedia.eraseUser> =>
  async (request, reply) => {
    const erased = await askToErase(deps, request.params.id)
    return reply.code(erased ? 204 : 202).send()
  }

/** Accepts nothing more for this user and starts the job. @returns whether it is done already */
async function askToErase(deps: Deps, userId: string): Promise<boolean> {
  const { erased_at } = await deps.db.transaction().execute(async (trx) => {
    await lockUser(trx, userId)
    return askErasure(trx, userId)
  })
  if (erased_at) return true
  // From now on nothing of theirs is shown, whenever the job comes to it.
  await deps.bus.publish(erasedTopic, { userId })
  deps.enqueue('erase-user', { userId })
  return false
}
