import { noRedis, testDatabase, testQueueUrl, waitFor } from '@likeness/test-kit'
import pg from 'pg'
import t, { type Test } from 'tap'
import type { Notice } from './bus.js'
import { openLogger } from './logger.js'
import { openBus } from './open-bus.js'

const logger = openLogger('bus', 'silent')

async function busUrl(t: Test, kind: 'postgres' | 'redis'): Promise<string> {
  return testQueueUrl(t, kind, await testDatabase(t, { name: 'bus', migrate: async () => undefined }))
}

async function open(t: Test, url: string) {
  const bus = await openBus(url, logger)
  t.teardown(() => bus.close())
  return bus
}

for (const kind of ['postgres', 'redis'] as const) {
  t.test(kind, { skip: kind === 'redis' && noRedis }, async (t) => {
    await t.test('a notice comes to every listener of its topic, in every process', async (t) => {
      const url = await busUrl(t, kind)
      const [sender, receiver] = [await open(t, url), await open(t, url)]
      const heard: [string, Notice][] = []
      await receiver.subscribe('uploads', (notice) => heard.push(['first', notice]))
      await receiver.subscribe('uploads', (notice) => heard.push(['second', notice]))
      await receiver.subscribe('others', (notice) => heard.push(['others', notice]))
      await sender.subscribe('uploads', (notice) => heard.push(['own', notice]))
      await sender.publish('uploads', { id: 'x', version: 7, reason: null })
      await waitFor(() => heard.length === 3, { for: 'three listeners to hear' })
      const notice = { id: 'x', version: 7, reason: null }
      t.strictSame(
        heard.toSorted(([a], [b]) => (a < b ? -1 : 1)),
        [
          ['first', notice],
          ['own', notice],
          ['second', notice],
        ],
      )
    })

    await t.test('notices that nobody waits for are sent before the bus is closed', async (t) => {
      const url = await busUrl(t, kind)
      const [sender, receiver] = [await open(t, url), await open(t, url)]
      const heard: unknown[] = []
      await receiver.subscribe('uploads', ({ id }) => heard.push(id))
      const ids = Array.from({ length: 250 }, (_, id) => id)
      for (const id of ids) void sender.publish('uploads', { id })
      await sender.close()
      await waitFor(() => heard.length === ids.length, { for: 'every notice' })
      t.strictSame(heard, ids, 'in their order')
    })

    await t.test('deployments that share a server do not hear each other', async (t) => {
      const url = new URL(await busUrl(t, kind))
      const ours = await open(t, url.href)
      url.searchParams.set('prefix', 'elsewhere')
      const theirs = await open(t, url.href)
      const heard: string[] = []
      await ours.subscribe('uploads', ({ id }) => heard.push(`ours ${id}`))
      await theirs.subscribe('uploads', ({ id }) => heard.push(`theirs ${id}`))
      await theirs.publish('uploads', { id: 1 })
      await ours.publish('uploads', { id: 2 })
      await waitFor(() => heard.length >= 2, { for: 'both to hear their own' })
      t.strictSame(heard.toSorted(), ['ours 2', 'theirs 1'])
    })
  })
}

t.test('a message that is no JSON is skipped, and the next one is heard', async (t) => {
  const url = await busUrl(t, 'postgres')
  const bus = await open(t, url)
  const heard: Notice[] = []
  await bus.subscribe('uploads', (notice) => heard.push(notice))
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query("select pg_notify('likeness:uploads', 'no JSON'), pg_notify('likeness:uploads', '')")
  await client.end()
  await bus.publish('uploads', { id: 'after' })
  await waitFor(() => heard.length > 0, { for: 'the sound notice' })
  t.strictSame(heard, [{ id: 'after' }])
})

t.test('a listening connection that is lost is replaced, with every topic', async (t) => {
  const url = await busUrl(t, 'postgres')
  const bus = await open(t, url)
  const heard: string[] = []
  await bus.subscribe('uploads', ({ id }) => heard.push(`uploads ${id}`))
  await bus.subscribe('avatars', ({ id }) => heard.push(`avatars ${id}`))
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const end = `select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and query like 'listen %'`
  t.equal((await client.query(end)).rowCount, 1)
  await client.end()
  // A notice that is sent before the new connection listens is missed.
  await waitFor(
    async () => {
      await bus.publish('uploads', { id: 1 })
      await bus.publish('avatars', { id: 1 })
      return heard.includes('uploads 1') && heard.includes('avatars 1')
    },
    { for: 'both topics to be heard again' },
  )
  t.pass('both topics are heard again')
})

t.test('a bus whose server is away loses the notice, not the process', async (t) => {
  const bus = await openBus('postgres://nobody@127.0.0.1:9/none', logger)
  await t.resolves(bus.publish('uploads', { id: 1 }))
  await t.rejects(bus.subscribe('uploads', () => undefined))
  await t.resolves(bus.close())
})
