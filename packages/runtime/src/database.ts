import {
  Kysely,
  type Migration,
  type MigrationProvider,
  Migrator,
  PostgresDialect,
  sql,
  type Transaction,
} from 'kysely'
import pg from 'pg'

export type { Kysely as Database, Transaction }
export type Migrations = Readonly<Record<string, Migration>>

/** The database was migrated by a newer release than the one that runs. */
export class DatabaseNewerError extends Error {
  override name = 'DatabaseNewerError'
}

/** The database has not been migrated to what this release needs. */
export class DatabaseOlderError extends Error {
  override name = 'DatabaseOlderError'
}

// bigint columns hold versions and byte counts, all far below 2^53. A date has no time zone: it stays text.
const parsers: Readonly<Record<number, (value: string) => unknown>> = { 20: Number, 1082: String }
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) =>
    parsers[oid] ?? (pg.types.getTypeParser(oid, format) as (value: string) => unknown),
}

/**
 * Begins a statement that each connection prepares once, under this name: for hot statements whose planning
 * costs more than their run. Name its columns one by one: with `*` it fails once a migration adds one.
 */
export const prepared = (name: string) => sql.raw(`/* prepared: ${name} */`)
const preparedName = /^\s*\/\* prepared: ([\w-]+) \*\//

/** Kysely hands a statement over as text and values; pg prepares those that come with a name. */
class PreparingClient extends pg.Client {
  override query(...given: unknown[]): never {
    const [text, values, ...rest] = given
    const name = typeof text === 'string' ? preparedName.exec(text)?.[1] : undefined
    const call = name === undefined ? given : [{ name, text, values }, undefined, ...rest]
    // pg takes text or an object, a callback or none: more forms than a type of this can repeat.
    return super.query(...(call as [pg.QueryConfig])) as never
  }
}

/**
 * A pool of connections to the service's database.
 * @param url `postgres://…`; `connect_timeout` (5 s, also of the wait for a free connection), `statement_timeout`
 *   (30000 ms) and `idle_in_transaction_session_timeout` (15000 ms) are taken from its parameters
 * @param options `max` connections
 */
export function openDatabase<Tables>(
  url: string,
  options: { name: string; max: number; onError: (error: Error) => void },
): Kysely<Tables> {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max,
    application_name: options.name,
    statement_timeout: 30_000,
    idle_in_transaction_session_timeout: 15_000,
    connectionTimeoutMillis: connectTimeoutMs(url),
    keepAlive: true,
    types,
    Client: PreparingClient,
  } as pg.PoolConfig)
  surviveLosses(pool, options.onError)
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
}

/** `connect_timeout` of a URL, in seconds as libpq has it; 5 without one. */
export const connectTimeoutMs = (url: string): number =>
  Number(new URL(url).searchParams.get('connect_timeout') ?? 5) * 1000

/**
 * Without listeners the loss of a connection would end the process, as when the server is restarted: of an idle
 * one, which `onError` is told of, and of one that is in use but amid no statement, whose next statement fails.
 */
export function surviveLosses(pool: pg.Pool, onError: (error: Error) => void): void {
  pool.on('error', onError)
  pool.on('connect', (client) => client.on('error', () => undefined))
}

/**
 * Runs every migration this release knows and the database lacks.
 * @throws DatabaseNewerError when the database has migrations this release does not know.
 */
export async function migrateDatabase(url: string, migrations: Migrations): Promise<string[]> {
  const pool = new pg.Pool({ connectionString: url, max: 1 })
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  try {
    const { unknown } = await compareMigrations(db, migrations)
    if (unknown.length > 0) throw newer(unknown)
    const { error, results } = await new Migrator({ db, provider: providerOf(migrations) }).migrateToLatest()
    if (error) throw error
    return (results ?? []).map((result) => result.migrationName)
  } finally {
    await db.destroy()
  }
}

/**
 * Refuses to run on a database that is not exactly as migrated as this release expects.
 * @throws DatabaseNewerError, DatabaseOlderError
 */
export async function assertMigrated<Tables>(
  db: Kysely<Tables>,
  migrations: Migrations,
  command: string,
): Promise<void> {
  const { unknown, missing } = await compareMigrations(db, migrations)
  if (unknown.length > 0) throw newer(unknown)
  if (missing.length > 0) {
    throw new DatabaseOlderError(
      `The database lacks ${missing.length} migration(s): run \`${command}\` first.`,
    )
  }
}

const newer = (unknown: string[]) =>
  new DatabaseNewerError(
    `The database was migrated by a newer release of Likeness (${unknown.at(-1)}): run that release or a later one.`,
  )

const providerOf = (migrations: Migrations): MigrationProvider => ({
  getMigrations: () => Promise.resolve({ ...migrations }),
})

async function compareMigrations<Tables>(db: Kysely<Tables>, migrations: Migrations) {
  const exists = await sql<{
    found: boolean
  }>`select to_regclass('kysely_migration') is not null as found`.execute(db)
  const done = exists.rows[0]?.found
    ? (await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db)).rows.map(
        (row) => row.name,
      )
    : []
  const known = Object.keys(migrations)
  return {
    unknown: done.filter((name) => !known.includes(name)),
    missing: known.filter((name) => !done.includes(name)),
  }
}

/** Whether an insert or update failed on the unique index of this name. */
export function violates(error: unknown, index: string): boolean {
  return error instanceof pg.DatabaseError && error.code === '23505' && error.constraint === index
}

/** Whether the database was away, rather than that it refused: worth a 503 and another try. */
export function isDatabaseAway(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return /^(08|53|57P)/.test(error.code ?? '')
  return (
    error instanceof Error &&
    (('code' in error && ['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT'].includes(String(error.code))) ||
      /Connection terminated|connection error and is not queryable|timeout exceeded when trying to connect/.test(
        error.message,
      ))
  )
}
