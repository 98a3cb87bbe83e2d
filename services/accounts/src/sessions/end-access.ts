import type { Transaction } from '@likeness/runtime/database'
import type { Tables } from '../database/database.js'
import { deleteOpenTokens } from '../database/one-time-tokens.table.js'
import { type EndReason, endSessions } from '../database/sessions.table.js'

/**
 * Ends what was opened or asked for on an account before its standing changed: every link in an e-mail, with the change
 * of address that waits for one, and the sessions. Every change of a password, an address, a factor, a status or a role
 * calls this in its own transaction, and so does everything that ends sessions for safety.
 * @param trx holds the row of the user, so that no log-in and no link slips in between
 * @param sessions why they end, `except` one; or that they stay, if they may do no more than before
 * @returns the ids of the sessions that were live
 */
export async function endAccess(
  trx: Transaction<Tables>,
  userId: string,
  sessions: 'sessions-stay' | { readonly reason: EndReason; readonly except?: string },
): Promise<string[]> {
  await deleteOpenTokens(trx, userId)
  if (sessions === 'sessions-stay') return []
  const { reason, ...which } = sessions
  return endSessions(trx, userId, reason, which)
}
