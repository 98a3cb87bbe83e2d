import type { Migrations } from '@likeness/runtime'
import { first } from './2026-11-20-first.migration.js'
import { erasure } from './2026-11-20-second-erasure.migration.js'
import { versions } from './2026-11-21-versions.migration.js'
import { directUploads } from './2026-11-22-direct-uploads.migration.js'
import { history } from './2026-11-22-history.migration.js'
import { retention } from './2026-11-23-retention.migration.js'
import { staging } from './2026-11-24-staging.migration.js'
import { idempotencyKeys } from './2026-11-25-idempotency-keys.migration.js'
import { erasedActors } from './2026-11-26-erased-actors.migration.js'
import { holds } from './2026-11-27-holds.migration.js'
import { texts } from './2026-11-27-texts.migration.js'
import { refusedUploads } from './2026-11-27-uploads-refused.migration.js'
import type { AvatarsTable } from './avatars.table.js'
import type { DirectUploadsTable } from './direct-uploads.table.js'
import type { ErasedUsersTable } from './erased-users.table.js'
import type { IdempotencyKeysTable } from './idempotency-keys.table.js'
import type { RefusedUploadsTable } from './refused-uploads.table.js'
import type { UploadEventsTable } from './upload-events.table.js'
import type { UploadsTable } from './uploads.table.js'
import type { WithdrawalsTable } from './withdrawals.table.js'

export type Tables = {
  uploads: UploadsTable
  upload_events: UploadEventsTable
  avatars: AvatarsTable
  erased_users: ErasedUsersTable
  withdrawals: WithdrawalsTable
  direct_uploads: DirectUploadsTable
  idempotency_keys: IdempotencyKeysTable
  refused_uploads: RefusedUploadsTable
}

/** In the order they run; names never change once released. */
export const migrations: Migrations = {
  '2026-11-20-first': first,
  '2026-11-20-second-erasure': erasure,
  '2026-11-21-versions': versions,
  '2026-11-22-direct-uploads': directUploads,
  '2026-11-22-history': history,
  '2026-11-23-retention': retention,
  '2026-11-24-staging': staging,
  '2026-11-25-idempotency-keys': idempotencyKeys,
  '2026-11-26-erased-actors': erasedActors,
  '2026-11-27-holds': holds,
  '2026-11-27-texts': texts,
  '2026-11-27-uploads-refused': refusedUploads,
}
