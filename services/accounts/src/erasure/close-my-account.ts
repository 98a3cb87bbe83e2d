import { CloseAccount, ProblemBody, StartedErasure } from '@likeness/contracts'
import { type Caller, callerOf, type Server } from '@likeness/runtime'
import { originOf } from '../activity/origin.js'
import type { Origin } from '../database/activities.table.js'
import type { ApiDeps } from '../deps.js'
import { assertCurrentPassword } from '../passwords/assert-current-password.js'
import { holdVerified } from '../passwords/hold-verified.js'
import { problem } from '../problems.js'
import { type ClosedAccount, closeAccount, startErasure } from './close-account.js'

/** DELETE /v1/me: closes one's account. */
export function closeMyAccountRoute(server: Server, deps: ApiDeps): void {
  server.delete(
    '/v1/me',
    {
      schema: {
        tags: ['me'],
        summary: 'Close my account and erase all it owns',
        description:
          'The account is gone at once; media erases its pictures. The answer tells where to follow.',
        security: [{ accessToken: [] }],
        body: CloseAccount,
        response: { 202: StartedErasure, '4xx': ProblemBody },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request)
      const closed = await closeMyAccount(deps, caller, request.body.password, originOf(request))
      const { location, body } = await startErasure(deps, closed)
      return reply.code(202).header('location', location).send(body)
    },
  )
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
