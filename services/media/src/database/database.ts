import type { Migrations } from '@likeness/runtime/migrations'
import type { AuditEventsTable } from '@likeness/runtime/trail/audit-events'
import type { UpkeepRunsTable } from '@likeness/runtime/upkeep-runs.table'
import type { AvatarsTable } from './avatars.table.js'
import type { BlockedImagesTable } from './blocked-images.table.js'
import type { DirectUploadsTable } from './direct-uploads.table.js'
import type { ErasedUsersTable } from './erased-users.table.js'
import type { FailedRunsTable } from './failed-runs.table.js'
import type { IdempotencyKeysTable } from './idempotency-keys.table.js'
import type { LooksTable } from './looks.table.js'
import { first } from './migrations/20261129T1744-first.js'
import type { OwnerNoticesTable } from './owner-notices.table.js'
import type { LeftPeopleTable, PeopleTable } from './people.table.js'
import type { PictureImportsTable } from './picture-imports.table.js'
import type { RefusedUploadsTable } from './refused-uploads.table.js'
import type { ServiceKeysTable } from './service-keys.table.js'
import type { StatsStateTable, StatsTable } from './stats.table.js'
import type { TakedownItemsTable, TakedownsTable } from './takedowns.table.js'
import type { UploadEventsTable } from './upload-events.table.js'
import type { UploadFactsTable } from './upload-facts.table.js'
import type { UploadsTable } from './uploads.table.js'
import type { WebhookDeliveriesTable } from './webhook-deliveries.table.js'
import type { WebhookEndpointsTable, WebhookSecretsTable } from './webhook-endpoints.table.js'
import type { WebhookCursorTable, WebhookEventsTable } from './webhook-events.table.js'
import type { WithdrawalsTable } from './withdrawals.table.js'

export type Tables = {
  uploads: UploadsTable
  upload_facts: UploadFactsTable
  upload_events: UploadEventsTable
  audit_events: AuditEventsTable
  avatars: AvatarsTable
  erased_users: ErasedUsersTable
  withdrawals: WithdrawalsTable
  direct_uploads: DirectUploadsTable
  idempotency_keys: IdempotencyKeysTable
  refused_uploads: RefusedUploadsTable
  failed_runs: FailedRunsTable
  stats: StatsTable
  stats_state: StatsStateTable
  upkeep_runs: UpkeepRunsTable
  looks: LooksTable
  takedowns: TakedownsTable
  takedown_items: TakedownItemsTable
  blocked_images: BlockedImagesTable
  owner_notices: OwnerNoticesTable
  people: PeopleTable
  left_people: LeftPeopleTable
  picture_imports: PictureImportsTable
  service_keys: ServiceKeysTable
  webhook_endpoints: WebhookEndpointsTable
  webhook_secrets: WebhookSecretsTable
  webhook_events: WebhookEventsTable
  webhook_deliveries: WebhookDeliveriesTable
  webhook_cursor: WebhookCursorTable
}

/** In the order they run. A name begins with the minute (UTC) it was written, and never changes once released. */
export const migrations: Migrations = {
  '20261129T1744-first': first,
}
