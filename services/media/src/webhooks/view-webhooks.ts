import type { Delivery, DeliveryState, Webhook } from '@likeness/contracts'
import type { webhooks } from '@likeness/contracts/endpoints'
import { openPage } from '@likeness/runtime/page'
import type { Handler } from '@likeness/runtime/serve'
import type { NoteAct } from '@likeness/runtime/trail/audit-events'
import { noteReading } from '@likeness/runtime/trail/operators'
import { countDeliveries, type ListedDelivery, listDeliveries } from '../database/webhook-deliveries.table.js'
import {
  findEndpoint,
  findSecrets,
  listEndpoints,
  type WebhookEndpointRow,
} from '../database/webhook-endpoints.table.js'
import type { Deps } from '../deps.js'
import { problem } from '../problems.js'
import { payloadOf } from './deliver-webhooks.job.js'

/** `webhooks.list` */
export const listWebhooksHandler =
  (deps: Deps): Handler<typeof webhooks.list> =>
  async (request, reply) => {
    const page = openPage(request, request.query, deps.cursors)
    const rows = await listEndpoints(deps.db, { after: page.after, limit: page.rows })
    return page.answer(reply, rows, (shown) => viewWebhooks(deps.db, shown))
  }

/** `webhooks.read` */
export const readWebhookHandler =
  (deps: Deps): Handler<typeof webhooks.read> =>
  async (request) => {
    const row = await findEndpoint(deps.db, request.params.id)
    if (!row) throw problem('webhook-not-found')
    return viewWebhook(deps.db, row)
  }

/** `webhooks.deliveries` */
export const listDeliveriesHandler =
  (deps: Deps): Handler<typeof webhooks.deliveries> =>
  async (request, reply) => {
    const { id } = request.params
    const { state } = request.query
    const page = openPage(request, request.query, deps.cursors)
    if (!(await findEndpoint(deps.db, id))) throw problem('webhook-not-found')
    await noteReading(deps.db, request, {
      ...{ action: 'deliveries-listed', userId: null, details: { webhook: id } },
    })
    const rows = await listDeliveries(deps.db, id, { state, after: page.after, limit: page.rows })
    return page.answer(reply, rows, (shown) => shown.map(viewDelivery))
  }

/** What `likeness webhooks list` shows: every webhook, newest first. */
export async function readWebhooks({ db }: Deps): Promise<Webhook[]> {
  const rows: WebhookEndpointRow[] = []
  for (let after: string | undefined; ; ) {
    const some = await listEndpoints(db, { after, limit: 100 })
    rows.push(...some)
    after = some.at(-1)?.id
    if (some.length < 100) return viewWebhooks(db, rows)
  }
}

/** What `likeness webhooks deliveries` shows. @throws Problem webhook-not-found */
export async function readDeliveries(
  { db }: Deps,
  note: NoteAct,
  id: string,
  { state, limit }: { state?: DeliveryState | undefined; limit: number },
): Promise<Delivery[]> {
  if (!(await findEndpoint(db, id))) throw problem('webhook-not-found')
  await note(db, { action: 'deliveries-listed', details: { webhook: id } })
  return (await listDeliveries(db, id, { state, after: undefined, limit })).map(viewDelivery)
}

export async function viewWebhook(db: Deps['db'], row: WebhookEndpointRow): Promise<Webhook> {
  return (await viewWebhooks(db, [row]))[0] as Webhook
}

async function viewWebhooks(db: Deps['db'], rows: readonly WebhookEndpointRow[]): Promise<Webhook[]> {
  const ids = rows.map(({ id }) => id)
  const counts = await countDeliveries(db, ids)
  const secrets = await findSecrets(db, ids)
  return rows.map((row) => ({
    id: row.id,
    url: row.url,
    description: row.description,
    events: row.events,
    state: row.state,
    reason: row.reason,
    stateAt: row.state_at.toISOString(),
    failingSince: row.failing_since?.toISOString() ?? null,
    publicKeys: secrets.filter((one) => one.endpoint_id === row.id).map((one) => one.public_key),
    ...{ waiting: 0, failed: 0, ...counts.get(row.id) },
    createdAt: row.created_at.toISOString(),
    createdBy: row.created_by,
  }))
}

const viewDelivery = (row: ListedDelivery): Delivery => ({
  id: row.event_id,
  payload: payloadOf(row),
  state: row.state,
  attempts: row.attempts,
  isReplay: row.is_replay,
  nextAt: row.next_at?.toISOString() ?? null,
  last: row.last_at && {
    at: row.last_at.toISOString(),
    milliseconds: row.last_ms,
    status: row.last_status,
    fault: row.last_fault,
    answer: row.last_answer,
  },
  deliveredAt: row.delivered_at?.toISOString() ?? null,
})
