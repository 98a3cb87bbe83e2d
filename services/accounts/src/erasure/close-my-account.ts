import type { me } from '@likeness/contracts/endpoints'
import { type Caller, callerOf } from '@likeness/runtime/caller'
import type { Handler } from '@likeness/runtime/serve'
import { originOf } from '../activity/origin.js'
import { holdVerified } from '../credentials/hold-verified.js'
import type { Origin } from '../database/activities.table.js'
import type { ApiDeps } from '../deps.js'
import { problem } from '../problems.js'
import { assertCurrentPassword } from '../sessions/assert-current-password.js'
import { type ClosedAccount, closeAccount, startErasure } from './close-account.js'

/** `me.close` */
export const closeMyAccountHandler =
  (deps: ApiDeps): Handler<typeof me.close> =>
  async (request, reply) => {
    const caller = callerOf(request)
    const closed = await closeMyAccount(deps, caller, request.body.password, originOf(request))
    const { location, body } = await startErasure(deps, closed)
    return reply.header('location', location).code(202).send(body)
  }

/** @throws Problem `wrong-password`, `last-admin`, `rate-limited` */
async function closeMyAccount(
  deps: ApiDeps,
  caller: Caller,
  password: string,
  origin: Origin,
): Promise<ClosedAccount> {
  const verified = await assertCurrentPassword(deps, caller, password)
  const closed = await holdVerified(deps, verified, password, async (trx, person) => {
    if (person.disabled_at) throw problem('unauthenticated')
    return closeAccount(trx, person, { actor_id: null, reason: null }, origin)
  })
  if (!closed) throw problem('wrong-password')
  return closed
}
