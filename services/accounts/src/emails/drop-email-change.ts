import type { me } from '@likeness/contracts/endpoints'
import { callerOf } from '@likeness/runtime/caller'
import type { Handler } from '@likeness/runtime/serve'
import { originOf } from '../activity/origin.js'
import { findAskedEmail, insertActivity, type Origin } from '../database/activities.table.js'
import { deleteChangeTokens } from '../database/one-time-tokens.table.js'
import { lockPerson } from '../database/people.queries.js'
import type { ApiDeps } from '../deps.js'
import { problem } from '../problems.js'

/** `me.dropEmailChange` */
export const dropEmailChangeHandler =
  (deps: ApiDeps): Handler<typeof me.dropEmailChange> =>
  async (request, reply) => {
    await dropEmailChange(deps, callerOf(request).id, originOf(request))
    return reply.code(204).send()
  }

/** Needs no password: it takes back what needed one. */
async function dropEmailChange(deps: ApiDeps, userId: string, origin: Origin): Promise<void> {
  await deps.db.transaction().execute(async (trx) => {
    const person = await lockPerson(trx, userId)
    if (!person || person.disabled_at) throw problem('unauthenticated')
    if (!(await deleteChangeTokens(trx, userId))) return
    const changes = { pendingEmail: { before: (await findAskedEmail(trx, userId)) ?? null, after: null } }
    await insertActivity(trx, { userId, type: 'email-change-stopped', origin, changes })
  })
}
