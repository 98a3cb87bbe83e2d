import pg from 'pg'
import t from 'tap'
import { stopClock } from './stopped-clock.js'
import { testDatabase } from './test-database.js'

t.test('the time of a database stands still until it is moved on', async (t) => {
  const url = await testDatabase(t, {
    name: 'kit',
    migrate: async () => undefined,
    fingerprint: `${process.pid}-clock`,
  })
  const clock = await stopClock(url)
  const client = new pg.Client(url)
  await client.connect()
  const read = async () => (await client.query<{ now: Date }>('select now()')).rows[0]?.now.getTime() ?? 0
  const before = await read()
  t.equal(await read(), before)
  await clock.pass(90)
  t.equal(await read(), before + 90_000)
  await client.end()
})
