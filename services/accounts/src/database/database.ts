import type { Migrations } from '@likeness/runtime'
import { first } from './2026-11-20-first.migration.js'
import { customFields } from './2026-11-21-custom-fields.migration.js'
import { mail } from './2026-11-22-mail.migration.js'
import { sessionsOutliveUsers } from './2026-11-23-sessions-outlive-users.migration.js'
import { administration } from './2026-11-24-administration.migration.js'
import { erasures } from './2026-11-25-erasures.migration.js'
import { addresses } from './2026-11-27-addresses.migration.js'
import { avatarAddresses } from './2026-11-27-avatar-addresses.migration.js'
import { endedSessions } from './2026-11-27-ended-sessions.migration.js'
import type { ActivitiesTable } from './activities.table.js'
import type { AttemptsTable } from './attempts.table.js'
import type { ErasuresTable } from './erasures.table.js'
import type { InboxTable } from './inbox.table.js'
import type { MailsTable } from './mails.table.js'
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
  signing_keys: SigningKeysTable
  attempts: AttemptsTable
  one_time_tokens: OneTimeTokensTable
  mails: MailsTable
  inbox_messages: InboxTable
  erasures: ErasuresTable
}

/** In the order they run; names never change once released. */
export const migrations: Migrations = {
  '2026-11-20-first': first,
  '2026-11-21-custom-fields': customFields,
  '2026-11-22-mail': mail,
  '2026-11-23-sessions-outlive-users': sessionsOutliveUsers,
  '2026-11-24-administration': administration,
  '2026-11-25-erasures': erasures,
  '2026-11-27-addresses': addresses,
  '2026-11-27-avatar-addresses': avatarAddresses,
  '2026-11-27-ended-sessions': endedSessions,
}
