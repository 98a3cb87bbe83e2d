import { noRedis, openDoor, testDatabase, testQueueUrl, waitFor, watchTimers } from '@likeness/test-kit'
import pg from 'pg'
import t, { type Test } from 'tap'
import { type JobPolicy, NotYet, type Payload, PermanentFailure, type WorkedJob } from './job.js'
import { openLogger } from './logger.js'
import { type JobQueue, type Kinds, openQueue } from './queue.js'

const logger = openLogger('queue', 'silent')
const policy = { attempts: 3, backoffMs: 1 }
const causeOf = (error: unknown) => (error instanceof NotYet ? 'not-yet' : 'broken')
const kinds: Kinds = {
  greet: { kind: 'light' },
  slow: { kind: 'light' },
  fail: { kind: 'light' },
  other: { kind: 'others' },
  later: { kind: 'others', priority: 1 },
  upkeep: { kind: 'upkeep' },
  endless: { kind: 'upkeep' },
  crowd: { kind: 'crowds', gathers: true },
}
/** BullMQ's own: the pause after a wait that failed, and the longest it sleeps on PostgreSQL. */
const [betweenFailedWaitsMs, anHourMs] = [100, 3_600_000]

async function queueOf(t: Test, kind: 'postgres' | 'redis') {
  const url = await testQueueUrl(
    t,
    kind,
    await testDatabase(t, { name: 'queue', migrate: async () => undefined }),
  )
  const open = async () => {
    const queue = await openQueue(url, 'test', kinds, logger)
    t.teardown(() => queue.close())
    return queue
  }
  return { queue: await open(), open }
}

/** Works jobs of one name, one at a time. */
const work = (queue: JobQueue, name: string, of: JobPolicy, run: WorkedJob['run']) =>
  queue.work({ [name]: { ...of, run } }, { [kinds[name]?.kind ?? '']: 1 }, causeOf)

/** A promise, and the way to end it. */
function held() {
  let end: () => void = () => undefined
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  return { ended, end }
}

for (const kind of ['postgres', 'redis'] as const) {
  t.test(kind, { skip: kind === 'redis' && noRedis }, async (t) => {
    await t.test(
      'a job that waits for its next try is hurried, and one that is unknown is added',
      async (t) => {
        const { queue, open } = await queueOf(t, kind)
        const runs: string[] = []
        const anHour = { attempts: 3, backoffMs: anHourMs, longestBackoffMs: anHourMs }
        await work(await open(), 'greet', anHour, async ({ id }) => {
          runs.push(String(id))
          if (runs.length === 1) throw new Error('not at first')
        })
        await queue.add('greet', { id: 'a' }, 'a')
        const again = async () => {
          await queue.hurry('greet', { id: 'a' }, 'a')
          return runs.length > 1
        }
        await waitFor(() => runs.length === 1)
        await waitFor(again, { for: 'the second try' })
        await queue.hurry('greet', { id: 'b' }, 'b')
        await waitFor(() => runs.includes('b'))
      },
    )

    await t.test('a job comes with what it carries, once while one of its key waits', async (t) => {
      const { queue, open } = await queueOf(t, kind)
      await queue.add('greet', { id: 'a', count: 2, kind: true }, 'a')
      await queue.add('greet', { id: 'a', count: 3, kind: true }, 'a')
      await queue.add('greet', { id: 'b' }, 'b')
      await queue.add('other', { id: 'c' }, 'c')
      const done: unknown[] = []
      await work(await open(), 'greet', policy, async (payload, attempt) => done.push([payload, attempt]))
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
      await work(queue, 'fail', policy, async ({ how }, { number, last }) => {
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
      const { ended, end } = held()
      const seen: string[] = []
      await work(worker, 'slow', policy, async ({ id }) => {
        seen.push(`begin ${id}`)
        await ended
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

    await t.test(
      'a kind holds up no other, and names of a kind share its places and may share keys',
      async (t) => {
        const { queue, open } = await queueOf(t, kind)
        const { ended, end } = held()
        const seen: string[] = []
        const job = (name: string) => ({
          ...policy,
          run: async ({ id }: Payload) => {
            seen.push(`${name} ${id}`)
            if (id === 'held') await ended
          },
        })
        const jobs = { greet: job('greet'), slow: job('slow'), other: job('other'), later: job('later') }
        await queue.add('greet', { id: 'held' }, 'key')
        await (await open()).work(jobs, { light: 1, others: 1 }, causeOf)
        await waitFor(() => seen.length === 1, { for: 'the job that is held' })
        await queue.add('slow', { id: 'next' }, 'key')
        await queue.add('other', { id: 'held' }, 'key')
        await waitFor(() => seen.length === 2, { for: 'the job of the other kind' })
        await queue.add('later', { id: 'low' }, 'key')
        await queue.add('other', { id: 'high' }, 'another key')
        end()
        await waitFor(() => seen.length === 5, { for: 'every job' })
        t.strictSame(
          seen.filter((one) => one.startsWith('greet') || one.startsWith('slow')),
          ['greet held', 'slow next'],
        )
        t.strictSame(
          seen.filter((one) => one.startsWith('other') || one.startsWith('later')),
          ['other held', 'other high', 'later low'],
        )
      },
    )

    await t.test('a job whose name a worker does not know waits for one that does', async (t) => {
      const { queue, open } = await queueOf(t, kind)
      const seen: string[] = []
      const run = (by: string) => async () => seen.push(by)
      await queue.add('slow', {}, 'key')
      await queue.add('greet', {}, 'key')
      const older = await open()
      await work(older, 'greet', policy, run('older'))
      await waitFor(() => seen.length === 1, { for: 'the job that it knows' })
      await older.close()
      await work(await open(), 'slow', policy, run('newer'))
      await waitFor(() => seen.length === 2, { for: 'the other job' })
      t.strictSame(seen, ['older', 'newer'])
    })

    await t.test(
      'gathered jobs run as others do: once, a few at once, and one that fails is tried again alone',
      async (t) => {
        const { queue, open } = await queueOf(t, kind)
        const ids = Array.from({ length: 40 }, (_, id) => String(id))
        await Promise.all(ids.map((id) => queue.add('crowd', { id }, id)))
        const seen: string[] = []
        let [running, most] = [0, 0]
        const run: WorkedJob['run'] = async ({ id }, { number }) => {
          seen.push(`${id} ${number}`)
          running += 1
          most = Math.max(most, running)
          await Promise.resolve()
          running -= 1
          if (id === '20') throw new Error('always')
          if (id === '21') throw new NotYet('until alone')
          if (id === '22') throw new PermanentFailure('never')
        }
        const worker = await open()
        await worker.work({ crowd: { ...policy, run } }, { crowds: 3 }, causeOf)
        const triedAgain = ['20 1', '20 2', '20 3', '21 1', '21 2', '21 3', '22 1']
        await waitFor(() => seen.length === ids.length + triedAgain.length, { for: 'every run' })
        await worker.close()
        t.strictSame(seen.toSorted(), [...ids.map((id) => `${id} 1`), ...triedAgain].toSorted())
        t.ok(most <= 3, `${most} at once`)
      },
    )

    await t.test('jobs are counted and listed by their state', async (t) => {
      const { queue, open } = await queueOf(t, kind)
      const { ended, end } = held()
      t.teardown(end)
      const anHour = { attempts: 3, backoffMs: anHourMs, longestBackoffMs: anHourMs }
      const worker = await open()
      const begun: string[] = []
      await worker.work(
        {
          greet: {
            ...anHour,
            run: async ({ id }) => {
              begun.push(String(id))
              if (id === 'broken') throw new PermanentFailure('it is broken\nand more')
              if (id === 'early') throw new NotYet('no storage yet')
              await ended
            },
          },
        },
        { light: 1 },
        causeOf,
      )
      for (const id of ['broken', 'early', 'runs']) await queue.add('greet', { id }, id)
      await waitFor(() => begun.length === 3, { for: 'the jobs to begin' })
      await queue.add('greet', { id: 'next' }, 'next')
      await queue.add('greet', { id: 'then' }, 'then')
      await queue.add('later', { id: 'low' }, 'low')
      await Promise.all(['one', 'two'].map((id) => queue.add('crowd', { id }, id)))

      const none = { active: 0, waiting: 0, delayed: 0, failed: 0 }
      t.match(await queue.count(), [
        {
          kind: 'light',
          jobs: ['greet', 'slow', 'fail'],
          counts: { active: 1, waiting: 2, delayed: 1, failed: 1 },
          waitingSince: Number,
        },
        { kind: 'others', jobs: ['other', 'later'], counts: { ...none, waiting: 1 } },
        { kind: 'upkeep', jobs: ['upkeep', 'endless'], counts: none, waitingSince: null },
        { kind: 'crowds', jobs: ['crowd'] },
      ])
      t.match(
        (await queue.list('crowds', 'waiting', 10)).map(({ name, payload }) => [name, payload.id]),
        [
          ['crowd', 'one'],
          ['crowd', 'two'],
        ],
        'also those that were gathered',
      )
      const idsOf = async (state: Parameters<JobQueue['list']>[1], limit = 10) =>
        (await queue.list('light', state, limit)).map(({ payload }) => payload.id)
      t.strictSame(await idsOf('active'), ['runs'])
      t.strictSame(await idsOf('waiting'), ['next', 'then'])
      t.strictSame(await idsOf('waiting', 1), ['next'])
      const [failed] = await queue.list('light', 'failed', 10)
      t.match(failed, { name: 'greet', attempts: 1, cause: 'broken', nextAt: null, startedAt: Number })
      const [early] = await queue.list('light', 'delayed', 10)
      t.match(early, { attempts: 1, cause: 'not-yet' })
      t.ok((early?.nextAt ?? 0) > Date.now() + anHourMs / 2, 'when it is tried again')
      t.strictSame(await queue.list('no-such-kind', 'waiting', 10), [])
      end()
    })

    await t.test('a close that the server does not answer leaves no timer behind', async (t) => {
      const timers = () => process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length
      const before = timers()
      const database = await testDatabase(t, { name: 'queue', migrate: async () => undefined })
      const door = await openDoor(t, await testQueueUrl(t, kind, database))
      const queue = await openQueue(door.url, 'test', kinds, logger)
      let runs = 0
      await work(queue, 'greet', policy, async () => {
        runs += 1
      })
      await queue.add('greet', {}, 'a')
      await waitFor(() => runs === 1, { for: 'the job' })
      door.stall()
      await queue.close()
      await waitFor(() => timers() <= before, { for: 'its timers to end' })
    })

    await t.test('a schedule runs by itself', async (t) => {
      const { queue } = await queueOf(t, kind)
      let runs = 0
      await work(queue, 'upkeep', { ...policy, cron: '* * * * * *' }, async () => {
        runs += 1
      })
      await waitFor(() => runs >= 2, { for: 'two runs' })
      await queue.check()
    })
  })
}

t.test('a process that works several kinds holds few connections to PostgreSQL', async (t) => {
  const url = await testDatabase(t, { name: 'queue', migrate: async () => undefined })
  const queue = await openQueue(url, 'test', kinds, logger)
  t.teardown(() => queue.close())
  const seen = new Set<string>()
  const job = (name: string) => ({ ...policy, run: async () => seen.add(name) })
  await queue.work(
    { greet: job('greet'), other: job('other'), upkeep: { ...job('upkeep'), cron: '* * * * * *' } },
    { light: 8, others: 8 },
    causeOf,
  )
  for (let id = 0; id < 100; id += 1)
    for (const name of ['greet', 'other']) void queue.add(name, { id }, String(id))
  await waitFor(() => seen.size === 3, { for: 'a job of each kind' })
  const client = new pg.Client(url)
  await client.connect()
  t.teardown(() => client.end())
  const connections = `select from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`
  const { rowCount } = await client.query(connections)
  t.ok(rowCount && rowCount <= 4, `${rowCount} connections`)
})

t.test('a worker that could not wait for jobs sleeps no longer than usual afterwards', async (t) => {
  const url = await testDatabase(t, { name: 'queue', migrate: async () => undefined })
  const door = await openDoor(t, url)
  const queue = await openQueue(door.url, 'test', kinds, logger)
  t.teardown(() => queue.close())
  let runs = 0
  await work(queue, 'greet', policy, async () => {
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
