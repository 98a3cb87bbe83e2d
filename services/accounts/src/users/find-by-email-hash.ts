import type { toAccounts } from '@likeness/contracts/endpoints'
import type { Handler } from '@likeness/runtime/serve'
import { findDiscoverable } from '../database/people.queries.js'
import type { ApiDeps } from '../deps.js'
import { problem } from '../problems.js'

/** `toAccounts.findByEmailHash` */
export const findByEmailHashHandler =
  ({ config, db }: ApiDeps): Handler<typeof toAccounts.findByEmailHash> =>
  async (request) => {
    // If addresses are verified here, an unverified one may belong to someone else.
    const verifiedOnly = config.EMAIL_VERIFICATION !== 'off'
    const userId = await findDiscoverable(db, request.params.hash, verifiedOnly)
    if (userId === undefined) throw problem('user-not-found')
    return { userId }
  }
