import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import type { Test } from 'tap'

/** Why tests on Redis are skipped, or false: `t.test('…', { skip: noRedis }, …)`. */
export const noRedis: string | false =
  process.env.TEST_REDIS_URL === undefined && 'redis-server is not on PATH (TEST_REDIS_URL is not set)'

/**
 * The queue of tests that are about something else: Redis where there is one. A worker on PostgreSQL opens a dozen
 * connections, each a process of the server, which cost more than most tests; those of the queue run on both.
 */
export const anyQueue: 'postgres' | 'redis' = noRedis === false ? 'redis' : 'postgres'

/**
 * A queue URL that no other test file shares: the test's own database, or a key prefix of its own in the
 * shared Redis, whose keys are deleted with the test.
 *
 * @param databaseUrl what `testDatabase` gave; it is the queue when `kind` is 'postgres'
 */
export async function testQueueUrl(
  t: Test,
  kind: 'postgres' | 'redis',
  databaseUrl: string,
): Promise<string> {
  if (kind === 'postgres') return databaseUrl
  const server = process.env.TEST_REDIS_URL
  if (server === undefined) throw new Error(`This test needs Redis: ${noRedis}.`)
  const prefix = `test_${randomUUID().replaceAll('-', '')}`
  const url = new URL(server)
  url.searchParams.set('prefix', prefix)
  t.teardown(() => emptyRedis(url.href))
  return url.href
}

/**
 * Loses every key of one test's queue, as an emptied Redis would.
 *
 * @param queueUrl what `testQueueUrl` gave for Redis
 */
export async function emptyRedis(queueUrl: string): Promise<void> {
  const server = new URL(queueUrl)
  const prefix = server.searchParams.get('prefix') ?? ''
  server.search = ''
  await deleteKeys(server.href, prefix)
}

/** All at once: a job that is added between two deletions would lose its place in the queue and keep its key. */
const unlinkAll = `
  local keys = redis.call('KEYS', ARGV[1])
  for from = 1, #keys, 1000 do
    redis.call('UNLINK', unpack(keys, from, math.min(from + 999, #keys)))
  end`

async function deleteKeys(server: string, prefix: string): Promise<void> {
  const redis = new Redis(server)
  try {
    // BullMQ prefixes carry a hash tag for Redis Cluster, hence the braces that may be around it.
    await redis.eval(unlinkAll, 0, `*${prefix}*`)
  } finally {
    redis.disconnect()
  }
}
