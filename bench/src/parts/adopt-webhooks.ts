/*
 * How many webhooks a worker sends a second, to one address and to ten, all of which are one receiver in a process of its
 * own that answers at once. The events are rows that wait; what makes them of the trail is not measured. A turn longer
 * than a job (10 s) has pauses in it, until upkeep adds the next one.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { webhooks } from '@likeness/contracts/endpoints'
import { waitFor } from '@likeness/test-kit/processes'
import { watchCpu } from '../measuring/costs.js'
import { type Row, rowOf } from '../measuring/report.js'
import { inTurns, type Turn } from '../measuring/turns.js'
import { openCalls } from '../product/client.js'
import type { Stack } from '../product/stack.js'
import { withDatabase } from '../product/with-database.js'

/** More than are sent in a second. */
const eventsPerSecond = 5_000

/** Settings of the stack that let webhooks lead to this machine. */
export const webhookSettings = { OUTBOUND_ALLOW: '127.0.0.1' }

/** @param token of an administrator */
export async function measureWebhooks(
  stack: Stack,
  { token, turns, seconds }: { token: string; turns: number; seconds: number },
): Promise<Row[]> {
  const call = openCalls(stack.parts.media.url, token)
  const receiver = await startReceiver()
  const payers = { pids: [stack.parts.mediaWorker.pid], postgresPid: stack.postgresPid }
  const add = async () => {
    const { body } = await call(webhooks.add, { body: { url: receiver.url } })
    return body.id
  }

  const turn = (endpoints: readonly string[]) => async (): Promise<Turn> => {
    await fill(stack, endpoints, eventsPerSecond * seconds)
    const before = await receiver.received()
    await waitFor(async () => (await receiver.received()) > before, { for: 'the first request' })
    const cpu = watchCpu(payers)
    const [first, began] = [await receiver.received(), performance.now()]
    await pause(seconds * 1_000)
    const [sent, ms] = [(await receiver.received()) - first, performance.now() - began]
    const spent = cpu()
    await empty(stack)
    return { rate: (sent * 1_000) / ms, cpuMs: spent.own / sent, postgresMs: spent.postgres / sent }
  }
  try {
    const one = [await add()]
    const ten = await Promise.all(Array.from({ length: 10 }, add))
    const taken = await inTurns(turns, { one: turn(one), ten: turn(ten) })
    const named = (what: string) => ({ part: 'adopt', what, unit: '/s' })
    return [
      rowOf(named('webhooks to one address, four at a time'), taken.one),
      rowOf(named('webhooks to ten addresses'), taken.ten),
    ]
  } finally {
    receiver.stop()
  }
}

async function startReceiver() {
  const child = fork(fileURLToPath(new URL('../product/receiver.js', import.meta.url)))
  const [{ port }] = (await once(child, 'message')) as [{ port: number }]
  return {
    url: `http://127.0.0.1:${port}/`,
    async received(): Promise<number> {
      child.send('how many')
      const [{ received }] = (await once(child, 'message')) as [{ received: number }]
      return received
    },
    stop: () => child.disconnect(),
  }
}

/** Events that wait for each of these endpoints. */
const fill = ({ databases }: Stack, endpoints: readonly string[], events: number) =>
  withDatabase(databases.media, (db) =>
    db.query(
      `with made as (
        insert into webhook_events (id, type, user_id, at, data)
        select gen_random_uuid(), 'avatar.published', person, now(),
          jsonb_build_object('userId', person, 'uploadId', gen_random_uuid(), 'version', n, 'seq', n)
        from (select n, gen_random_uuid() as person from generate_series(1, $2::int) as n) as one returning id
      )
      insert into webhook_deliveries (endpoint_id, event_id)
      select endpoint, id from made cross join unnest($1::uuid[]) as endpoint`,
      [endpoints, Math.ceil(events / endpoints.length)],
    ),
  )

/** Takes away what is left, and waits until no request is under way. */
async function empty({ databases }: Stack): Promise<void> {
  await withDatabase(databases.media, async (db) => {
    await db.query('delete from webhook_events')
    await waitFor(
      async () => {
        const { rows } = await db.query<{ active: number }>(
          `select count(*)::int as active from pg_stat_activity
           where datname = current_database() and state <> 'idle' and query like '%webhook_deliveries%' and pid <> pg_backend_pid()`,
        )
        return rows[0]?.active === 0
      },
      { for: 'the end of the requests' },
    )
  })
}
