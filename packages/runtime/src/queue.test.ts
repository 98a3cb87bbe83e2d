import { noRedis, openDoor, testDatabase, testQueueUrl, waitFor, watchTimers } from '@likeness/test-kit'
import pg from 'pg'
import t, { type Test } from 'tap'
import { openLogger } from './logger.js'
import { NotYet, openQueue, PermanentFailure } from './queue.js'

const logger = openLogger('queue', 'silent')
const policy = { concurrency: 1, attempts: 3, backoffMs: 1 }
/** BullMQ's own: the pause after a wait that failed, and the longest it sleeps on PostgreSQL. */
const [betweenFailedWaitsMs, anHourMs] = [100, 3_600_000]

async function queueOf(t: Test, kind: 'postgres' | 'redis') {
  const url = await testQueueUrl(
    t,
    kind,
    await testDatabase(t, { name: 'queue', migrate: async () => undefined }),
  )
  const open = async () => {
    const queue = await openQueue(url, 'test', logger)
    t.teardown(() => queue.close())
    return queue
  }
  return { queue: await open(), open }
}

for (const kind of ['postgres', 'redis'] as const) {
  t.test(kind, { skip: kind === 'redis' && noRedis }, async (t) => {
    await t.test('a job comes with what it carries, once while one of its key waits', async (t) => {
      const { queue, open } = await queueOf(t, kind)
      await queue.add('greet', { id: 'a', count: 2, kind: true }, 'a')
      await queue.add('greet', { id: 'a', count: 3, kind: true }, 'a')
      await queue.add('greet', { id: 'b' }, 'b')
      await queue.add('other', { id: 'c' }, 'c')
      const done: unknown[] = []
      await (await open()).work('greet', policy, async (payload, attempt) => done.push([payload, attempt]))
      await waitFor(() => done.length === 2, { for: 'two jobs' })
      const first = { number: 1, last: false }
      t.strictSame(done, [
        [{ id: 'a', count: 2, kind: true }, first],
        [{ id: 'b' }, first],
      ])
      // The key is free once the queue knows that the job has ended, which is after its handler has.
      const again = async () => {
        await queue.add('greet', { id: 'a', again: true }, 'a')
        return done.length > 2
      }
      await waitFor(again, { for: 'the key to be free again' })
    })

    await t.test('a job is tried as often as its policy says, and is told of its last attempt', async (t) => {
      const { queue } = await queueOf(t, kind)
      const seen: string[] = []
      await queue.work('fail', policy, async ({ how }, { number, last }) => {
        seen.push(`${how} ${number}${last ? ' last' : ''}`)
        if (how === 'for good') throw new PermanentFailure('never')
        if (how === 'not yet' && number < 2) throw new NotYet('later')
        if (how === 'always') throw new Error('again')
      })
      for (const how of ['always', 'not yet', 'for good']) await queue.add('fail', { how }, how)
      await waitFor(() => seen.length === 6, { for: 'every attempt' })
      t.strictSame(seen.toSorted(), [
        'always 1',
        'always 2',
        'always 3 last',
        'for good 1',
        'not yet 1',
        'not yet 2',
      ])
      const again = async () => {
        await queue.add('fail', { how: 'for good' }, 'for good')
        return seen.length > 6
      }
      await waitFor(again, { for: 'a job under the key of one that failed' })
    })

    await t.test('closing waits for the job under way, and takes no other', async (t) => {
      const { queue, open } = await queueOf(t, kind)
      const worker = await open()
      let end: () => void = () => undefined
      const held = new Promise<void>((resolve) => {
        end = resolve
      })
      const seen: string[] = []
      await worker.work('slow', policy, async ({ id }) => {
        seen.push(`begin ${id}`)
        await held
        seen.push(`end ${id}`)
      })
      await queue.add('slow', { id: 1 }, '1')
      await waitFor(() => seen.length === 1, { for: 'the job to begin' })
      const closed = worker.close().then(() => seen.push('closed'))
      await queue.add('slow', { id: 2 }, '2')
      end()
      await closed
      t.strictSame(seen, ['begin 1', 'end 1', 'closed'])
      t.equal(await worker.close(), undefined, 'a second close is the same')
    })

    await t.test('a schedule runs by itself', async (t) => {
      const { queue } = await queueOf(t, kind)
      let runs = 0
      await queue.work('upkeep', { ...policy, everyMs: 50 }, async () => {
        runs += 1
      })
      await waitFor(() => runs >= 2, { for: 'two runs' })
      await queue.check()
    })
  })
}

t.test('a worker that could not wait for jobs sleeps no longer than usual afterwards', async (t) => {
  const url = await testDatabase(t, { name: 'queue', migrate: async () => undefined })
  const door = await openDoor(t, url)
  const queue = await openQueue(door.url, 'test', logger)
  t.teardown(() => queue.close())
  let runs = 0
  await queue.work('greet', policy, async () => {
    runs += 1
  })
  const waits = watchTimers(t)
  const client = new pg.Client(url)
  await client.connect()
  const listens = `select from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and query ilike '%listen bullmq_jobs%'`
  await waitFor(async () => (await client.query(listens)).rowCount !== 0, {
    for: 'the worker to wait for jobs',
  })
  await client.end()
  await door.shut()
  await waitFor(() => waits.filter((ms) => ms === betweenFailedWaitsMs).length > 2, { for: 'waits to fail' })
  await door.open()
  await waitFor(() => queue.add('greet', {}, 'a').then(() => true), { for: 'the queue to take a job' })
  await waitFor(() => runs > 0, { for: 'the job' })
  t.notOk(waits.includes(anHourMs))
})
