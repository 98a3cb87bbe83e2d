import type { toAccounts } from '@likeness/contracts/endpoints'
import type { Handler } from '@likeness/runtime'
import { findDiscoverable } from '../database/users.table.js'
import type { ApiDeps } from '../deps.js'
import { problem } from '../problems.js'

/** `toAccounts.findByEmailHash` */
export const findByEmailHashHandler =
  ({ config, db }: ApiDeps): Handler<typeof toAccounts.findByEmailHash> =>
  async (request) => {
    // Where addresses are verified, an unverified one may be another's.
    const verifiedOnly = config.EMAIL_VERIFICATION !== 'off'
    const userId = await findDiscoverable(db, request.params.hash, verifiedOnly)
    if (userId === undefined) throw problem('user-not-found')
    return { userId }
  }
