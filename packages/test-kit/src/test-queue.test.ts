import { Redis } from 'ioredis'
import t from 'tap'
import { noRedis, testQueueUrl } from './test-queue.js'

t.test('the PostgreSQL queue is the database of the test', async (t) => {
  const database = 'postgres://localhost/of-this-test'
  t.equal(await testQueueUrl(t, 'postgres', database), database)
})

t.test('the Redis queue has a prefix of its own, emptied with the test', { skip: noRedis }, async (t) => {
  let prefix = ''
  const redis = new Redis(process.env.TEST_REDIS_URL ?? '')
  t.teardown(() => redis.disconnect())
  await t.test('uses it', async (t) => {
    const url = new URL(await testQueueUrl(t, 'redis', ''))
    prefix = url.searchParams.get('prefix') ?? ''
    t.match(prefix, /^test_[a-z0-9_]{1,46}$/, 'a namespace the runtime takes')
    await redis.mset({ [`{${prefix}}:jobs:1`]: 'a', [`${prefix}:meta`]: 'b' })
  })
  t.strictSame(await redis.keys(`*${prefix}*`), [])
})
