import type { Migrations } from '@likeness/runtime/migrations'
import type { AuditEventsTable } from '@likeness/runtime/trail/audit-events'
import type { UpkeepRunsTable } from '@likeness/runtime/upkeep-runs.table'
import type { ActivitiesTable } from './activities.table.js'
import type { AttemptsTable } from './attempts.table.js'
import type { ErasuresTable } from './erasures.table.js'
import type { InboxTable } from './inbox.table.js'
import type { MailsTable } from './mails.table.js'
import { first } from './migrations/20261129T1710-first.js'
import type { OneTimeTokensTable } from './one-time-tokens.table.js'
import type { ProfilesTable } from './profiles.table.js'
import type { SessionsTable } from './sessions.table.js'
import type { SigningKeysTable } from './signing-keys.table.js'
import type { UsersTable } from './users.table.js'

export type Tables = {
  users: UsersTable
  profiles: ProfilesTable
  sessions: SessionsTable
  activities: ActivitiesTable
  audit_events: AuditEventsTable
  signing_keys: SigningKeysTable
  attempts: AttemptsTable
  one_time_tokens: OneTimeTokensTable
  mails: MailsTable
  inbox_messages: InboxTable
  erasures: ErasuresTable
  upkeep_runs: UpkeepRunsTable
}

/** In the order they run. A name begins with the minute (UTC) it was written and never changes once released. */
export const migrations: Migrations = {
  '20261129T1710-first': first,
}
