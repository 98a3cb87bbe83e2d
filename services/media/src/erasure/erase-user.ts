import { IdParams, ProblemBody } from '@likeness/contracts'
import type { Server } from '@likeness/runtime'
import { z } from 'zod'
import { askErasure } from '../database/erased-users.table.js'
import { lockUser } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { erasedTopic } from './erase-user.job.js'

/** DELETE /internal/users/:id: accounts asks to erase all of a user, again and again until the answer is 204. */
export function eraseUserRoute(server: Server, deps: Deps): void {
  server.delete(
    '/internal/users/:id',
    {
      schema: {
        hide: true,
        params: IdParams,
        response: { 202: z.undefined(), 204: z.undefined(), '4xx': ProblemBody },
      },
    },
    async (request, reply) => {
      const erased = await askToErase(deps, request.params.id)
      return reply.code(erased ? 204 : 202).send()
    },
  )
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
