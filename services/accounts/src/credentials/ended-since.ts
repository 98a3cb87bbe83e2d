import type { EndedSessions } from '@likeness/contracts'
import type { Database } from '@likeness/runtime/database'
import type { AccountsConfig } from '../config.js'
import type { Tables } from '../database/database.js'
import { listSessionsEndedSince, listSessionsEndedWithin } from '../database/sessions.table.js'

// A transaction that ended a session began at most this long before it committed; statements time out after half of it.
const longestSeconds = 60

/**
 * @param since the `until` of an earlier answer; without one known here, all sessions that matter to a live token count
 */
export async function endedSince(
  { config, db }: { config: AccountsConfig; db: Database<Tables> },
  since?: string,
): Promise<EndedSessions> {
  const isPosition = since !== undefined && /^\d{1,19}$/.test(since)
  const ended = isPosition ? await listSessionsEndedSince(db, since) : undefined
  return ended ?? listSessionsEndedWithin(db, config.ACCESS_TOKEN_SECONDS + longestSeconds)
}
