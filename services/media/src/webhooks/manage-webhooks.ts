import { addressOf } from '@likeness/contracts'
import { webhooks } from '@likeness/contracts/endpoints'
import { newId } from '@likeness/runtime/ids'
import { invalid } from '@likeness/runtime/judge-requests'
import { openOutboundGuard } from '@likeness/runtime/outbound/outbound-guard'
import type { Handler } from '@likeness/runtime/serve'
import { noteAct } from '@likeness/runtime/trail/operators'
import {
  changeEndpoint,
  deleteEndpoint,
  insertEndpoint,
  insertSecret,
  lockEndpoint,
  setEndpointState,
  type WebhookEndpointRow,
} from '../database/webhook-endpoints.table.js'
import type { Deps } from '../deps.js'
import { problem } from '../problems.js'
import { viewWebhook } from './view-webhooks.js'
import { makeSecret } from './webhook-secrets.js'

/** `webhooks.add` */
export const addWebhookHandler =
  (deps: Deps): Handler<typeof webhooks.add> =>
  async (request, reply) => {
    const { url, ...given } = request.body
    const id = newId()
    const secret = makeSecret(deps.config, id)
    const address = permitted(deps, url)
    const row = await deps.db.transaction().execute(async (trx) => {
      const made = await insertEndpoint(trx, { ...given, id, url: address })
      await insertSecret(trx, secret.row)
      await noteAct(trx, request, {
        action: 'webhook-added',
        details: { webhook: id, url: address, events: made.events },
      })
      return made
    })
    reply.header('location', addressOf(webhooks.read, { params: { id } }))
    return reply.code(201).send({ ...(await viewWebhook(deps.db, row)), secret: secret.shown })
  }

/** `webhooks.change` */
export const changeWebhookHandler =
  (deps: Deps): Handler<typeof webhooks.change> =>
  async (request) => {
    const { id } = request.params
    const { enabled, url, description, events } = request.body
    const change = {
      ...(url !== undefined && { url: permitted(deps, url) }),
      ...(description !== undefined && { description }),
      ...(events !== undefined && { events }),
    }
    const row = await deps.db.transaction().execute(async (trx) => {
      const before = await lockEndpoint(trx, id)
      if (!before) throw problem('webhook-not-found')
      let after = await changeEndpoint(trx, id, change)
      if (enabled === true && before.state !== 'enabled')
        after = await setEndpointState(trx, id, 'enabled', null)
      if (enabled === false && before.state !== 'disabled')
        after = await setEndpointState(trx, id, 'disabled', 'asked')
      const changes = changesBetween(before, after)
      if (Object.keys(changes).length > 0)
        await noteAct(trx, request, { action: 'webhook-changed', changes, details: { webhook: id } })
      return after
    })
    if (row.state === 'enabled') deps.enqueue('deliver-webhooks', { endpointId: id })
    return viewWebhook(deps.db, row)
  }

/** `webhooks.remove` */
export const removeWebhookHandler =
  (deps: Deps): Handler<typeof webhooks.remove> =>
  async (request, reply) => {
    const { id } = request.params
    await deps.db.transaction().execute(async (trx) => {
      const removed = await deleteEndpoint(trx, id)
      if (!removed) return
      await noteAct(trx, request, { action: 'webhook-removed', details: { webhook: id, url: removed.url } })
    })
    return reply.code(204).send()
  }

/** `webhooks.rotateSecret` */
export const rotateSecretHandler =
  (deps: Deps): Handler<typeof webhooks.rotateSecret> =>
  async (request) => {
    const { id } = request.params
    const secret = makeSecret(deps.config, id)
    const until = await deps.db.transaction().execute(async (trx) => {
      if (!(await lockEndpoint(trx, id))) throw problem('webhook-not-found')
      await noteAct(trx, request, { action: 'webhook-rotated', details: { webhook: id } })
      return insertSecret(trx, secret.row)
    })
    return {
      secret: secret.shown,
      publicKey: secret.row.public_key,
      formerValidUntil: (until ?? new Date()).toISOString(),
    }
  }

/** The address as it is called. @throws Problem validation-failed where such a request may not go */
function permitted({ config }: Deps, given: string): string {
  const url = new URL(given)
  const { permits } = openOutboundGuard(config.OUTBOUND_ALLOW)
  if (!permits(url)) throw invalid([{ path: 'url', code: 'not-a-public-url' }])
  url.hash = ''
  return url.href
}

const compared = ['url', 'description', 'events', 'state'] as const

const changesBetween = (before: WebhookEndpointRow, after: WebhookEndpointRow) =>
  Object.fromEntries(
    compared.flatMap((field) =>
      JSON.stringify(before[field]) === JSON.stringify(after[field])
        ? []
        : [[field, { before: before[field], after: after[field] }]],
    ),
  )
