import { isKeyId, version, type WebhookPayload } from '@likeness/contracts'
import type { Transaction } from '@likeness/runtime/database'
import {
  OutboundError,
  type OutboundGuard,
  openOutboundGuard,
} from '@likeness/runtime/outbound/outbound-guard'
import { sendOutbound } from '@likeness/runtime/outbound/send-outbound'
import { insertAuditEvent } from '@likeness/runtime/trail/audit-events'
import type { Tables } from '../database/database.js'
import { insertNotice } from '../database/owner-notices.table.js'
import {
  type ClaimedDelivery,
  claimDelivery,
  type DeliveryOutcome,
  noteHealth,
  noteOutcome,
} from '../database/webhook-deliveries.table.js'
import {
  findEndpoint,
  findSecrets,
  setEndpointState,
  type WebhookEndpointRow,
} from '../database/webhook-endpoints.table.js'
import type { Deps } from '../deps.js'
import { openSigner, type Sign } from './webhook-secrets.js'
import { waitBefore } from './when-again.js'

/** Requests to one endpoint at once. */
const lanes = 4
/** A job ends after that, so that a process which closes need not wait for all that is due. */
const longestMs = 10_000
/** Standard Webhooks 1.0: between 15 and 30 s. */
const timeoutMs = 15_000
const answerBytes = 1_024

/**
 * Sends an endpoint what is due, a few requests at once. What the process did not note when it died is sent again a minute
 * after it was begun, with the same `webhook-id`.
 */
export async function deliverWebhooks(deps: Deps, { endpointId }: { endpointId: string }): Promise<void> {
  const endpoint = await findEndpoint(deps.db, endpointId)
  if (endpoint?.state !== 'enabled') return
  const sign = openSigner(deps.config, await findSecrets(deps.db, [endpointId]))
  const guard = openOutboundGuard(deps.config.OUTBOUND_ALLOW)
  const url = new URL(endpoint.url)
  const until = Date.now() + longestMs
  const work = async () => {
    while (Date.now() < until) {
      const delivery = await claimDelivery(deps.db, endpointId)
      if (!delivery) return
      await note(deps, delivery, await send(guard, url, sign, delivery))
    }
  }
  await Promise.all(Array.from({ length: lanes }, work))
}

/** The body of the request about an event. */
export const payloadOf = ({
  type,
  at,
  data,
}: Pick<ClaimedDelivery, 'type' | 'at' | 'data'>): WebhookPayload => ({
  type,
  timestamp: at.toISOString(),
  data,
})

async function send(
  guard: OutboundGuard,
  url: URL,
  sign: Sign,
  delivery: ClaimedDelivery,
): Promise<DeliveryOutcome> {
  const body = JSON.stringify(payloadOf(delivery))
  const began = new Date()
  const ended = () => Date.now() - began.getTime()
  const headers = {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    'user-agent': `Likeness/${version}`,
    ...sign(delivery.event_id, began, body),
  }
  try {
    const answer = await sendOutbound(guard, url, {
      ...{ method: 'POST', headers, body, timeoutMs, mostBytes: answerBytes },
    })
    const { status } = answer
    const waitSeconds = waitBefore(delivery.attempts, status, answer.headers['retry-after'])
    return { ms: ended(), status, fault: null, answer: readable(answer.body), waitSeconds }
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error
    const waitSeconds = waitBefore(delivery.attempts)
    return { ms: ended(), status: null, fault: error.fault, answer: null, waitSeconds }
  }
}

/** Text that a database can hold and a person can read. */
const readable = (body: Buffer): string => body.toString('utf8').replace(/[\p{Cc}\p{Cs}]/gu, ' ')

async function note(deps: Deps, delivery: ClaimedDelivery, outcome: DeliveryOutcome): Promise<void> {
  const { endpoint_id: id, is_replay: isReplay } = delivery
  const { status, waitSeconds } = outcome
  const succeeded = status !== null && status >= 200 && status < 300
  const isGone = status === 410
  const notice = await deps.db.transaction().execute(async (trx) => {
    const isOver = isGone || waitSeconds === undefined
    await noteOutcome(trx, delivery, succeeded ? 'delivered' : isOver ? 'failed' : 'waiting', outcome)
    // A replay says nothing about how the endpoint does.
    if (isReplay) return undefined
    const { isEnabled, failsLong } = await noteHealth(trx, id, succeeded)
    // Several requests may end alike at once.
    if (!isEnabled || !(isGone || failsLong)) return undefined
    const [state, reason] = isGone ? (['disabled', 'gone'] as const) : (['paused', 'failing'] as const)
    const stopped = await setEndpointState(trx, id, state, reason)
    await insertAuditEvent(trx, 'upkeep', {
      action: 'webhook-stopped',
      changes: { state: { before: 'enabled', after: state } },
      details: { webhook: id, reason },
    })
    deps.logger.warn({ webhook: id, state, reason }, 'a webhook stopped')
    return noticeOf(trx, stopped)
  })
  if (notice) deps.enqueue('tell-owner', { userId: notice.user_id, noticeId: notice.id })
}

/** Tells the administrator who added it. A key and a command have no address; the log and the statistics say it, too. */
async function noticeOf(
  trx: Transaction<Tables>,
  { id, url, state, created_by: owner }: WebhookEndpointRow,
): Promise<{ user_id: string; id: string } | undefined> {
  if (owner === null || isKeyId(owner)) return undefined
  const { origin, pathname } = new URL(url)
  return insertNotice(trx, {
    ...{ user_id: owner, actor_id: null, ip: null, user_agent: null, reason: null },
    ...{ kind: `webhook-${state === 'paused' ? 'paused' : 'disabled'}`, upload_ids: [], by_mail: true },
    // A query may be a secret of the receiver.
    webhook: JSON.stringify({ id, url: origin + pathname }),
  })
}
