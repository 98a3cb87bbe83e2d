import pg from 'pg'
import t from 'tap'
import { testDatabase } from './test-database.js'

/** A schema of one table; counts how often it is made. */
function countedMigration() {
  let runs = 0
  const migrate = async (databaseUrl: string) => {
    runs += 1
    await query(databaseUrl, 'CREATE TABLE things (id integer PRIMARY KEY); INSERT INTO things VALUES (1)')
  }
  return { migrate, runs: () => runs }
}

async function query(databaseUrl: string, sql: string) {
  const client = new pg.Client(databaseUrl)
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

t.test('gives each test a migrated database of its own, migrating once', async (t) => {
  const { migrate, runs } = countedMigration()
  const options = { name: 'kit', migrate, fingerprint: `${process.pid}-own` }
  const [first, second] = await Promise.all([testDatabase(t, options), testDatabase(t, options)])

  await query(first, 'INSERT INTO things VALUES (2)')
  t.strictSame(await query(first, 'SELECT id FROM things ORDER BY id'), [{ id: 1 }, { id: 2 }])
  t.strictSame(await query(second, 'SELECT id FROM things'), [{ id: 1 }])
  t.equal(runs(), 1)
})

t.test('a migration that fails leaves no template behind', async (t) => {
  const options = { name: 'kit', fingerprint: `${process.pid}-broken` }
  const broken = async () => {
    throw new Error('broken migration')
  }
  await t.rejects(testDatabase(t, { ...options, migrate: broken }), { message: 'broken migration' })

  const { migrate } = countedMigration()
  const url = await testDatabase(t, { ...options, migrate })
  t.strictSame(await query(url, 'SELECT id FROM things'), [{ id: 1 }])
})

t.test('drops the database, and tells of a connection left open to it', async (t) => {
  const { migrate } = countedMigration()
  const teardowns: (() => Promise<void>)[] = []
  const inner = { teardown: (fn: () => Promise<void>) => teardowns.push(fn) } as unknown as typeof t
  const fingerprint = `${process.pid}-left`
  const url = await testDatabase(inner, { name: 'kit', migrate, fingerprint, closingMs: 0 })

  const left = new pg.Client({ connectionString: url, application_name: 'forgotten' })
  left.on('error', () => undefined)
  await left.connect()
  const teardown = Promise.all(teardowns.map((run) => run()))
  await t.rejects(teardown, { message: /left open.*\n.*forgotten/ })
  await t.rejects(query(url, 'SELECT 1'), { code: '3D000' }, 'the database is gone')
})
