import { findSettled } from '@likeness/runtime/trail/find-settled'
import { listEventsAfter } from '../database/upload-events.table.js'
import { findDueEndpoints } from '../database/webhook-deliveries.table.js'
import {
  findTold,
  findWanted,
  insertWebhookEvents,
  lockCursor,
  moveCursor,
  type NewWebhookEvent,
  readCursor,
} from '../database/webhook-events.table.js'
import type { Deps } from '../deps.js'
import { eventOf } from './event-of.js'
import { resealSecrets } from './webhook-secrets.js'

const batch = 500

/**
 * Makes what happened since the last time into events of webhooks, each once, in the order of the trail; then adds the job
 * of every endpoint that has something due. A run that is killed has moved the cursor with the events of its batch, or
 * neither.
 * @returns how many events webhooks are told
 */
export async function tellWebhooks(deps: Deps, { dryRun }: { dryRun: boolean }): Promise<{ events: number }> {
  const settled = await findSettled(deps.db, 'upload_events')
  let events = 0
  // A transaction that stays open is waited for by the next run.
  if (settled !== undefined) {
    if (dryRun) return { events: await countNew(deps, settled) }
    for (;;) {
      const { told, done } = await tellBatch(deps, settled)
      events += told
      if (done) break
    }
  }
  if (dryRun) return { events }
  await resealSecrets(deps)
  for (const endpointId of await findDueEndpoints(deps.db)) deps.enqueue('deliver-webhooks', { endpointId })
  return { events }
}

async function countNew({ db, config }: Deps, to: number): Promise<number> {
  return db.transaction().execute(async (trx) => {
    let [count, after] = [0, await readCursor(trx)]
    const wanted = await findWanted(trx)
    for (;;) {
      const rows = wanted === undefined ? [] : await listEventsAfter(trx, { after, to, limit: batch })
      const last = rows.at(-1)
      if (!last) return count
      const told = await findTold(trx, rows)
      count += rows.flatMap((row) => eventOf(config, row, told) ?? []).filter(isAmong(wanted)).length
      after = last.seq
    }
  })
}

async function tellBatch({ db, config }: Deps, to: number): Promise<{ told: number; done: boolean }> {
  return db.transaction().execute(async (trx) => {
    const after = await lockCursor(trx)
    if (after >= to) return { told: 0, done: true }
    const wanted = await findWanted(trx)
    // Whoever is added later is told what happens later.
    const rows = wanted === undefined ? [] : await listEventsAfter(trx, { after, to, limit: batch })
    if (rows.length > 0) {
      const told = await findTold(trx, rows)
      const events = rows.flatMap((row) => eventOf(config, row, told) ?? []).filter(isAmong(wanted))
      await insertWebhookEvents(trx, events)
      await moveCursor(trx, rows.length < batch ? to : (rows.at(-1)?.seq ?? to))
      return { told: events.length, done: rows.length < batch }
    }
    await moveCursor(trx, to)
    return { told: 0, done: true }
  })
}

const isAmong =
  (wanted: Awaited<ReturnType<typeof findWanted>>) =>
  ({ type }: NewWebhookEvent): boolean =>
    wanted === null || wanted?.has(type) === true
