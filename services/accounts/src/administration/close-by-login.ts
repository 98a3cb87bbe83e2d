import { insertAuditEvent } from '@likeness/runtime/trail/audit-events'
import { commandLine } from '../database/activities.table.js'
import { findPersonByLogin } from '../database/people.queries.js'
import { closeAccount } from '../erasure/close-account.js'
import { problem } from '../problems.js'
import { withDatabase } from '../with-database.js'
import { lockActedOn } from './lock-acted-on.js'

/**
 * Closes the account of a username or an e-mail address, as a command. Upkeep adds the jobs that tell media and its owner.
 * @param options `dryRun`: only find whose account it is
 * @returns the user, and the id of the erasure unless it is a dry run
 * @throws Problem `user-not-found`, `last-admin`
 */
export const closeByLogin = (
  { DATABASE_URL }: { readonly DATABASE_URL: string },
  login: string,
  reason: string,
  { dryRun }: { dryRun: boolean },
): Promise<{ id: string; username: string; erasureId: string | null }> =>
  withDatabase(DATABASE_URL, async (db) => {
    const found = await findPersonByLogin(db, login)
    if (!found) throw problem('user-not-found')
    const { id, username } = found
    if (dryRun) return { id, username, erasureId: null }
    const { erasure } = await db.transaction().execute(async (trx) => {
      const person = await lockActedOn(trx, { id: null, role: 'admin' }, id)
      const closed = await closeAccount(trx, person, { actor_id: null, reason }, commandLine())
      const details = { erasure: closed.erasure.id }
      await insertAuditEvent(trx, 'command', { action: 'account-closed', userId: id, details })
      return closed
    })
    return { id, username, erasureId: erasure.id }
  })
