import type { ReplayDeliveries } from '@likeness/contracts'
import type { webhooks } from '@likeness/contracts/endpoints'
import type { Handler } from '@likeness/runtime/serve'
import type { NoteAct } from '@likeness/runtime/trail/audit-events'
import { actsOf } from '@likeness/runtime/trail/operators'
import { replayDeliveries } from '../database/webhook-deliveries.table.js'
import { lockEndpoint } from '../database/webhook-endpoints.table.js'
import type { Deps } from '../deps.js'
import { problem } from '../problems.js'

/** `webhooks.replay` */
export const replayDeliveriesHandler =
  (deps: Deps): Handler<typeof webhooks.replay> =>
  async (request, reply) => {
    const replayed = await replayWebhook(deps, actsOf(request), request.params.id, request.body)
    return reply.code(202).send({ replayed })
  }

/**
 * Has one event, or all of a time, sent again.
 * @returns how many
 * @throws Problem webhook-not-found, webhook-disabled, delivery-not-found
 */
export async function replayWebhook(
  deps: Deps,
  note: NoteAct,
  endpointId: string,
  asked: ReplayDeliveries,
): Promise<number> {
  const { id, from, to, state } = asked
  const which =
    id === undefined
      ? { from: new Date(from ?? 0), to: to === undefined ? undefined : new Date(to), state }
      : { id }
  const replayed = await deps.db.transaction().execute(async (trx) => {
    const endpoint = await lockEndpoint(trx, endpointId)
    if (!endpoint) throw problem('webhook-not-found')
    if (endpoint.state === 'disabled') throw problem('webhook-disabled')
    const count = await replayDeliveries(trx, endpointId, which)
    if (count === 0 && id !== undefined) throw problem('delivery-not-found')
    await note(trx, {
      action: 'webhook-replayed',
      details: { webhook: endpointId, ...asked, replayed: count },
    })
    return count
  })
  deps.enqueue('deliver-webhooks', { endpointId })
  return replayed
}
