import { createHash, randomUUID } from 'node:crypto'
import pg from 'pg'
import type { Test } from 'tap'
import { waitFor } from './processes.js'

export interface TestDatabaseOptions {
  /** The service whose schema it has: `accounts`, `media`. */
  name: string
  /** Brings an empty database to the schema under test. */
  migrate: (databaseUrl: string) => Promise<unknown>
  /** Changes when the schema changes. Only a server that outlives the test run needs it. */
  fingerprint?: string
  /** How long a connection may take to close after the test (ten minutes). */
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
  const template = await templateOf(server, options)
  const database = `test_${options.name}_${randomUUID().replaceAll('-', '').slice(0, 12)}`
  // Files copied cost a fifth of pages written through the log.
  await superuser(server).query(`CREATE DATABASE ${database} TEMPLATE ${template} STRATEGY file_copy`)
  t.teardown(() => dropDatabase(server, database, options.closingMs ?? 600_000))
  return databaseUrl(server, database)
}

function serverUrl(): string {
  const url = process.env.TEST_POSTGRES_URL
  if (url === undefined) throw new Error('TEST_POSTGRES_URL is not set: run this as `npm test -- <file>`.')
  return url
}

const templates = new Map<string, Promise<void>>()

async function templateOf(server: string, options: TestDatabaseOptions): Promise<string> {
  const { name, fingerprint = '' } = options
  const hash = createHash('sha256').update(`${name}\n${fingerprint}`).digest('hex').slice(0, 12)
  const template = `template_${name}_${hash}`
  const made = templates.get(template) ?? makeTemplate(server, template, options.migrate)
  templates.set(template, made)
  made.catch(() => templates.delete(template))
  await made
  return template
}

/** Test files run as parallel processes: an advisory lock lets exactly one of them make the template. */
async function makeTemplate(
  server: string,
  template: string,
  migrate: TestDatabaseOptions['migrate'],
): Promise<void> {
  const client = new pg.Client({ connectionString: server, application_name: 'test-kit' })
  await client.connect()
  try {
    await client.query('SELECT pg_advisory_lock(hashtext($1))', [template])
    const made = await client.query('SELECT FROM pg_database WHERE datname = $1', [template])
    if (made.rowCount === 1) return
    // Named only once it is whole, so a migration that fails leaves no broken template behind.
    const unfinished = `${template}_unfinished`
    await client.query(`DROP DATABASE IF EXISTS ${unfinished} WITH (FORCE)`)
    await client.query(`CREATE DATABASE ${unfinished}`)
    await migrate(databaseUrl(server, unfinished))
    await client.query(`ALTER DATABASE ${unfinished} RENAME TO ${template}`)
  } finally {
    await client.end()
  }
}

async function dropDatabase(server: string, database: string, closingMs: number): Promise<void> {
  const left = await connectionsLeft(superuser(server), database, closingMs)
  await superuser(server).query(`DROP DATABASE ${database} WITH (FORCE)`)
  if (left.length > 0) throw new Error(`Connections were left open to ${database}:\n${left.join('\n')}`)
}

/** A closed connection leaves `pg_stat_activity` a moment after its socket. */
async function connectionsLeft(client: pg.Pool, database: string, closingMs: number): Promise<string[]> {
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

const superusers = new Map<string, pg.Pool>()

/** Connections that every test of this process shares, and that do not keep it from ending. */
function superuser(server: string): pg.Pool {
  const known = superusers.get(server)
  if (known) return known
  const pool = new pg.Pool({
    connectionString: server,
    application_name: 'test-kit',
    max: 2,
    idleTimeoutMillis: 0,
    allowExitOnIdle: true,
  })
  // The server ends with the run, and its connections with it.
  pool.on('error', () => undefined)
  superusers.set(server, pool)
  return pool
}

const patience = {
  connect_timeout: '600',
  statement_timeout: '600000',
  idle_in_transaction_session_timeout: '600000',
}

function databaseUrl(server: string, database: string): string {
  const url = new URL(server)
  url.pathname = `/${database}`
  // A service under test on a slow machine must not lose statements, transactions or connections to time limits.
  for (const [name, value] of Object.entries(patience)) url.searchParams.set(name, value)
  return url.href
}
