import { createHash, randomUUID } from 'node:crypto'
import pg from 'pg'
import type { Test } from 'tap'
import { waitFor } from './processes.js'

export interface TestDatabaseOptions {
  /** Whose schema it is: `accounts`, `media`. */
  name: string
  /** Brings an empty database to the schema under test. */
  migrate: (databaseUrl: string) => Promise<unknown>
  /** Changes when the schema changes. Only a server that outlives the test run needs it. */
  fingerprint?: string
  /** How long a connection may take to close after the test (a minute), on a machine with much to do. */
  closingMs?: number
}

/**
 * A database of one test file's own, cloned in milliseconds from a template that the first file to ask
 * migrates. It is dropped with the test, after a check that nothing is still connected to it.
 *
 * @returns its URL
 * @throws Error when `TEST_POSTGRES_URL` is not set; `npm test -- <file>` sets it
 */
export async function testDatabase(t: Test, options: TestDatabaseOptions): Promise<string> {
  const server = serverUrl()
  const template = await migratedTemplate(server, options)
  const database = `test_${options.name}_${randomUUID().replaceAll('-', '').slice(0, 12)}`
  await asSuperuser(server, (client) => client.query(`CREATE DATABASE ${database} TEMPLATE ${template}`))
  t.teardown(() => dropDatabase(server, database, options.closingMs ?? 60_000))
  return databaseUrl(server, database)
}

function serverUrl(): string {
  const url = process.env.TEST_POSTGRES_URL
  if (url === undefined) throw new Error('TEST_POSTGRES_URL is not set: run this as `npm test -- <file>`.')
  return url
}

/** Test files run as parallel processes: an advisory lock lets exactly one of them make the template. */
async function migratedTemplate(server: string, options: TestDatabaseOptions): Promise<string> {
  const { name, fingerprint = '' } = options
  const hash = createHash('sha256').update(`${name}\n${fingerprint}`).digest('hex').slice(0, 12)
  const template = `template_${name}_${hash}`
  await asSuperuser(server, async (client) => {
    await client.query('SELECT pg_advisory_lock(hashtext($1))', [template])
    const made = await client.query('SELECT FROM pg_database WHERE datname = $1', [template])
    if (made.rowCount === 1) return
    // Named only once it is whole, so a migration that fails leaves no broken template behind.
    const unfinished = `${template}_unfinished`
    await client.query(`DROP DATABASE IF EXISTS ${unfinished} WITH (FORCE)`)
    await client.query(`CREATE DATABASE ${unfinished}`)
    await options.migrate(databaseUrl(server, unfinished))
    await client.query(`ALTER DATABASE ${unfinished} RENAME TO ${template}`)
  })
  return template
}

async function dropDatabase(server: string, database: string, closingMs: number): Promise<void> {
  await asSuperuser(server, async (client) => {
    const left = await connectionsLeft(client, database, closingMs)
    await client.query(`DROP DATABASE ${database} WITH (FORCE)`)
    if (left.length > 0) throw new Error(`Connections were left open to ${database}:\n${left.join('\n')}`)
  })
}

/** A closed connection leaves `pg_stat_activity` a moment after its socket. */
async function connectionsLeft(client: pg.Client, database: string, closingMs: number): Promise<string[]> {
  let left: string[] = []
  const none = async () => {
    const { rows } = await client.query<{ line: string }>(
      `SELECT concat_ws(' · ', application_name, state, query) AS line FROM pg_stat_activity WHERE datname = $1`,
      [database],
    )
    left = rows.map((row) => row.line)
    return left.length === 0
  }
  await waitFor(none, { timeoutMs: closingMs }).catch(() => undefined)
  return left
}

async function asSuperuser<T>(server: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: server, application_name: 'test-kit' })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

const patience = {
  connect_timeout: '600',
  statement_timeout: '600000',
  idle_in_transaction_session_timeout: '600000',
}

function databaseUrl(server: string, database: string): string {
  const url = new URL(server)
  url.pathname = `/${database}`
  // A service that is tested on a slow machine shall not lose a statement, a transaction or a connection to it.
  for (const [name, value] of Object.entries(patience)) url.searchParams.set(name, value)
  return url.href
}
