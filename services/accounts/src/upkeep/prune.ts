import type { Transaction } from '@likeness/runtime/database'
import { pruneAuditEvents } from '@likeness/runtime/trail/audit-events'
import type { RunBy, UpkeepOptions } from '@likeness/runtime/upkeep'
import { pruneActivities } from '../database/activities.table.js'
import { pruneAttempts } from '../database/attempts.table.js'
import type { Tables } from '../database/database.js'
import { pruneErasures } from '../database/erasures.table.js'
import { pruneInboxMessages } from '../database/inbox.table.js'
import { pruneMails } from '../database/mails.table.js'
import { pruneTokens } from '../database/one-time-tokens.table.js'
import { pruneSessions } from '../database/sessions.table.js'
import { deleteUnverified } from '../database/users.table.js'
import type { Deps } from '../deps.js'

/** An ended session is kept for a day: until the last access token that names it has expired, and then some. */
const sessionDays = 1
/** An expired link is reported as expired for this long. */
const tokenDays = 7
const mailDays = 7
/** Events of the audit in one run; more wait for the next. */
const mostAudit = 100_000

export type Deleted = {
  readonly sessions: number
  readonly attempts: number
  readonly tokens: number
  readonly mails: number
  readonly messages: number
  readonly activities: number
  readonly audit: number
  readonly users: number
  readonly erasures: number
}

/** Deletes what is no longer needed: ended sessions, used counters, old e-mails, old activity, dead accounts. */
export async function prune(
  deps: Pick<Deps, 'config' | 'db'>,
  options: Pick<UpkeepOptions, 'dryRun' | 'by'>,
): Promise<Deleted> {
  const trx = await deps.db.startTransaction().execute()
  try {
    const deleted = await deleteAll(trx, deps.config, options.by)
    await (options.dryRun ? trx.rollback() : trx.commit()).execute()
    return deleted
  } catch (error) {
    await trx.rollback().execute()
    throw error
  }
}

const deleteAll = async (
  db: Transaction<Tables>,
  config: Deps['config'],
  by: RunBy | undefined,
): Promise<Deleted> => ({
  // First, because every transaction locks a user before what is theirs; another order may deadlock.
  users: await deleteUnverified(db, config.UNVERIFIED_DAYS, config.EMAIL_VERIFICATION === 'mandatory'),
  sessions: await pruneSessions(db, sessionDays),
  attempts: await pruneAttempts(db),
  tokens: await pruneTokens(db, tokenDays),
  mails: await pruneMails(db, mailDays),
  messages: await pruneInboxMessages(db, mailDays),
  activities: await pruneActivities(db, config.KEEP_ACTIVITY_DAYS, by),
  audit: await pruneAuditEvents(db, { days: config.KEEP_ACTIVITY_DAYS, limit: mostAudit, by }),
  erasures: await pruneErasures(db, config.KEEP_ACTIVITY_DAYS),
})
