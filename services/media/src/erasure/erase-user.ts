import type { toMedia } from '@likeness/contracts/endpoints'
import type { Handler } from '@likeness/runtime/serve'
import { askErasure } from '../database/erased-users.table.js'
import { lockUser } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { erasedTopic } from '../topics.js'

/** `toMedia.eraseUser`: accounts asks to erase everything of a user, and asks again until the answer is 204. */
export const eraseUserHandler =
  (deps: Deps): Handler<typeof toMedia.eraseUser> =>
  async (request, reply) => {
    const erased = await askToErase(deps, request.params.id)
    return reply.code(erased ? 204 : 202).send()
  }

/** Stops accepting anything for this user, and starts the job. @returns whether it is already done */
export async function askToErase(deps: Deps, userId: string): Promise<boolean> {
  const { erased_at } = await deps.db.transaction().execute(async (trx) => {
    await lockUser(trx, userId)
    return askErasure(trx, userId)
  })
  if (erased_at) return true
  // Nothing of theirs is shown from now on, even before the job has run.
  void deps.bus.publish(erasedTopic, { userId })
  deps.enqueue('erase-user', { userId })
  return false
}
