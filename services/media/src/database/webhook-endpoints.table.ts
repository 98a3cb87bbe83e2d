import type { Webhook, WebhookEventType } from '@likeness/contracts'
import type { Database, Transaction } from '@likeness/runtime/database'
import { newId } from '@likeness/runtime/ids'
import { type ColumnType, type Generated, type Selectable, sql } from 'kysely'
import type { Tables } from './database.js'

/** Addresses that are told what happens. */
export type WebhookEndpointsTable = {
  id: string
  url: string
  description: string
  /** null: all. */
  events: WebhookEventType[] | null
  /** Events are kept for a paused one, and not for a disabled one. */
  state: Generated<Webhook['state']>
  reason: ColumnType<Webhook['reason'], never, Webhook['reason']>
  state_at: Generated<Date>
  /** The first failure since the last success; replays do not count. */
  failing_since: ColumnType<Date | null, never, Date | null>
  /** The administrator or the key; null: a command. */
  created_by: string | null
  created_at: Generated<Date>
}
export type WebhookEndpointRow = Selectable<WebhookEndpointsTable>

/** What requests to an endpoint are signed with. */
export type WebhookSecretsTable = {
  endpoint_id: string
  /** They sort by the time they were made. */
  id: string
  /** whpk_… */
  public_key: string
  /** The key of the HMAC and the seed of the ed25519 key, encrypted under a key derived from SERVICE_SECRET. */
  sealed: Buffer
  /** null for the current one. */
  valid_until: Date | null
}
export type WebhookSecretRow = Selectable<WebhookSecretsTable>

type Db = Database<Tables>

/** How long a former secret signs beside the new one. */
const overlap = sql`interval '24 hours'`

export const insertEndpoint = (
  trx: Transaction<Tables>,
  endpoint: Pick<WebhookEndpointRow, 'id' | 'url' | 'description' | 'events' | 'created_by'>,
): Promise<WebhookEndpointRow> =>
  trx.insertInto('webhook_endpoints').values(endpoint).returningAll().executeTakeFirstOrThrow()

export const findEndpoint = (db: Db, id: string): Promise<WebhookEndpointRow | undefined> =>
  db.selectFrom('webhook_endpoints').selectAll().where('id', '=', id).executeTakeFirst()

export const lockEndpoint = (trx: Transaction<Tables>, id: string): Promise<WebhookEndpointRow | undefined> =>
  trx.selectFrom('webhook_endpoints').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()

/** Newest first, older than the id `after`. */
export const listEndpoints = (
  db: Db,
  page: { after: string | undefined; limit: number },
): Promise<WebhookEndpointRow[]> =>
  db
    .selectFrom('webhook_endpoints')
    .selectAll()
    .$if(page.after !== undefined, (query) => query.where('id', '<', page.after ?? ''))
    .orderBy('id', 'desc')
    .limit(page.limit)
    .execute()

export const changeEndpoint = (
  trx: Transaction<Tables>,
  id: string,
  change: Partial<Pick<WebhookEndpointRow, 'url' | 'description' | 'events'>>,
): Promise<WebhookEndpointRow> =>
  trx
    .updateTable('webhook_endpoints')
    .set({ ...change, id })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()

/** Enables it, or not for this reason. Enabled, it begins without failures. */
export const setEndpointState = (
  trx: Transaction<Tables>,
  id: string,
  state: Webhook['state'],
  reason: Webhook['reason'],
): Promise<WebhookEndpointRow> =>
  trx
    .updateTable('webhook_endpoints')
    .set({
      state,
      reason,
      state_at: sql<Date>`now()`,
      ...(state === 'enabled' && { failing_since: null }),
    })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()

/** How endpoints do: those that are told, those of them whose last request failed, and those that stopped by themselves. */
export async function countEndpoints(
  db: Db,
): Promise<{ enabled: number; failing: number; stopped: number; failed: number }> {
  const { rows } = await sql<{ enabled: number; failing: number; stopped: number; failed: number }>`
    select count(*) filter (where state = 'enabled') as enabled,
      count(*) filter (where state = 'enabled' and failing_since is not null) as failing,
      count(*) filter (where reason in ('failing', 'gone')) as stopped,
      (select count(*) from webhook_deliveries where state = 'failed') as failed
    from webhook_endpoints`.execute(db)
  return rows[0] as (typeof rows)[number]
}

/** @returns what was removed */
export const deleteEndpoint = (
  trx: Transaction<Tables>,
  id: string,
): Promise<WebhookEndpointRow | undefined> =>
  trx.deleteFrom('webhook_endpoints').where('id', '=', id).returningAll().executeTakeFirst()

/** Under `lockEndpoint`: the current secret becomes the former one, and one before that goes. @returns until when it signs */
export async function insertSecret(
  trx: Transaction<Tables>,
  secret: Omit<WebhookSecretRow, 'id' | 'valid_until'>,
): Promise<Date | undefined> {
  const { endpoint_id } = secret
  await trx
    .deleteFrom('webhook_secrets')
    .where('endpoint_id', '=', endpoint_id)
    .where('valid_until', 'is not', null)
    .execute()
  const former = await trx
    .updateTable('webhook_secrets')
    .set({ valid_until: sql<Date>`now() + ${overlap}` })
    .where('endpoint_id', '=', endpoint_id)
    .returning('valid_until')
    .executeTakeFirst()
  await trx
    .insertInto('webhook_secrets')
    .values({ ...secret, id: newId(), valid_until: null })
    .execute()
  return former?.valid_until ?? undefined
}

/** The secrets of these endpoints that are valid, the newest first. */
export function findSecrets(db: Db, endpointIds: readonly string[]): Promise<WebhookSecretRow[]> {
  if (endpointIds.length === 0) return Promise.resolve([])
  return db
    .selectFrom('webhook_secrets')
    .selectAll()
    .where('endpoint_id', 'in', endpointIds)
    .where(sql<boolean>`(valid_until is null or valid_until > now())`)
    .orderBy('id', 'desc')
    .execute()
}

export const listAllSecrets = (db: Db): Promise<WebhookSecretRow[]> =>
  db.selectFrom('webhook_secrets').selectAll().execute()

/** The same secret, sealed anew. */
export async function resealSecret(
  db: Db,
  { endpoint_id, id, sealed }: WebhookSecretRow,
  anew: Buffer,
): Promise<void> {
  await db
    .updateTable('webhook_secrets')
    .set({ sealed: anew })
    .where('endpoint_id', '=', endpoint_id)
    .where('id', '=', id)
    .where('sealed', '=', sealed)
    .execute()
}
