import {
  type AddedWebhook,
  type AddWebhook,
  addressOf,
  type ChangeWebhook,
  type RotatedSecret,
  type Webhook,
} from '@likeness/contracts'
import { webhooks } from '@likeness/contracts/endpoints'
import { callerOf } from '@likeness/runtime/caller'
import { newId } from '@likeness/runtime/ids'
import { invalid } from '@likeness/runtime/judge-requests'
import { openOutboundGuard } from '@likeness/runtime/outbound/outbound-guard'
import type { Handler } from '@likeness/runtime/serve'
import type { NoteAct } from '@likeness/runtime/trail/audit-events'
import { actsOf } from '@likeness/runtime/trail/operators'
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
    const by = { id: callerOf(request).id, note: actsOf(request) }
    const added = await addWebhook(deps, by, request.body)
    reply.header('location', addressOf(webhooks.read, { params: { id: added.id } }))
    return reply.code(201).send(added)
  }

/**
 * @param by who adds it; the id is null for a command
 * @throws Problem validation-failed where requests to the address may not go
 */
export async function addWebhook(
  deps: Deps,
  by: { id: string | null; note: NoteAct },
  body: AddWebhook,
): Promise<AddedWebhook> {
  const { url, ...given } = body
  const id = newId()
  const secret = makeSecret(deps.config, id)
  const address = permitted(deps, url)
  const row = await deps.db.transaction().execute(async (trx) => {
    const made = await insertEndpoint(trx, { ...given, id, url: address, created_by: by.id })
    await insertSecret(trx, secret.row)
    await by.note(trx, {
      action: 'webhook-added',
      details: { webhook: id, url: address, events: made.events },
    })
    return made
  })
  return { ...(await viewWebhook(deps.db, row)), secret: secret.shown }
}

/** `webhooks.change` */
export const changeWebhookHandler =
  (deps: Deps): Handler<typeof webhooks.change> =>
  (request) =>
    changeWebhook(deps, actsOf(request), request.params.id, request.body)

/** @throws Problem webhook-not-found; validation-failed as `addWebhook` */
export async function changeWebhook(
  deps: Deps,
  note: NoteAct,
  id: string,
  { enabled, url, description, events }: ChangeWebhook,
): Promise<Webhook> {
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
      await note(trx, { action: 'webhook-changed', changes, details: { webhook: id } })
    return after
  })
  if (row.state === 'enabled') deps.enqueue('deliver-webhooks', { endpointId: id })
  return viewWebhook(deps.db, row)
}

/** `webhooks.remove` */
export const removeWebhookHandler =
  (deps: Deps): Handler<typeof webhooks.remove> =>
  async (request, reply) => {
    await removeWebhook(deps, actsOf(request), request.params.id)
    return reply.code(204).send()
  }

/** Removes it with its deliveries; one that is gone is no fault. */
export const removeWebhook = ({ db }: Deps, note: NoteAct, id: string): Promise<void> =>
  db.transaction().execute(async (trx) => {
    const removed = await deleteEndpoint(trx, id)
    if (!removed) return
    await note(trx, { action: 'webhook-removed', details: { webhook: id, url: removed.url } })
  })

/** `webhooks.rotateSecret` */
export const rotateSecretHandler =
  (deps: Deps): Handler<typeof webhooks.rotateSecret> =>
  (request) =>
    rotateSecret(deps, actsOf(request), request.params.id)

/** @throws Problem webhook-not-found */
export async function rotateSecret(deps: Deps, note: NoteAct, id: string): Promise<RotatedSecret> {
  const secret = makeSecret(deps.config, id)
  const until = await deps.db.transaction().execute(async (trx) => {
    if (!(await lockEndpoint(trx, id))) throw problem('webhook-not-found')
    await note(trx, { action: 'webhook-rotated', details: { webhook: id } })
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
