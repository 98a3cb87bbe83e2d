import { EmailHashParams, HashedUser, ProblemBody } from '@likeness/contracts'
import type { Server } from '@likeness/runtime'
import { findDiscoverable } from '../database/users.table.js'
import type { ApiDeps } from '../deps.js'
import { problem } from '../problems.js'

/** GET /internal/email-hashes/:hash: whose address has this hash, of those who want to be found by it. */
export function findByEmailHashRoute(server: Server, deps: ApiDeps): void {
  // Where addresses are verified, an unverified one may be another's.
  const verifiedOnly = deps.config.EMAIL_VERIFICATION !== 'off'
  server.get(
    '/internal/email-hashes/:hash',
    {
      schema: { hide: true, params: EmailHashParams, response: { 200: HashedUser, '4xx': ProblemBody } },
    },
    async (request) => {
      const userId = await findDiscoverable(deps.db, request.params.hash, verifiedOnly)
      if (userId === undefined) throw problem('user-not-found')
      return { userId }
    },
  )
}
