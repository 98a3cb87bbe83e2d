import { Kysely, PostgresDialect, type Transaction } from 'kysely'
import pg from 'pg'
import { PooledDatabase } from './pooled-database.js'
import { PreparingClient } from './prepared.js'

export type { Kysely as Database, Transaction }

// bigint columns hold versions and byte counts, all far below 2^53. A date has no time zone: it stays text.
const parsers: Readonly<Record<number, (value: string) => unknown>> = { 20: Number, 1082: String }
export const columnTypes: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) =>
    parsers[oid] ?? (pg.types.getTypeParser(oid, format) as (value: string) => unknown),
}

/**
 * How long a pool keeps a connection that nobody uses. Another one costs some 15 ms of CPU until it has every statement
 * prepared, so those of a burst stay for the next. With `allowExitOnIdle` they do not hold up a process that is done.
 */
export const keptIdleMs = 60_000

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
    idleTimeoutMillis: keptIdleMs,
    allowExitOnIdle: true,
    keepAlive: true,
    types: columnTypes,
    Client: PreparingClient,
  } as pg.PoolConfig)
  surviveLosses(pool, options.onError)
  return new PooledDatabase<Tables>(pool)
}

/**
 * Statements on one connection that is open already, such as in its transaction; the connection stays its owner's. Its
 * client must have been made with `types: columnTypes`.
 */
export const onConnection = <Tables>(client: pg.Client): Kysely<Tables> =>
  new Kysely<Tables>({
    dialect: new PostgresDialect({
      pool: {
        connect: async () => ({
          query: client.query.bind(client) as pg.PoolClient['query'],
          release: () => undefined,
        }),
        end: async () => undefined,
      },
    }),
  })

/** `connect_timeout` of a URL, in seconds as libpq has it; 5 without one. */
export const connectTimeoutMs = (url: string): number =>
  Number(new URL(url).searchParams.get('connect_timeout') ?? 5) * 1000

/**
 * Keeps the process alive when connections are lost, as when the server restarts. A lost idle connection is reported
 * to `onError`; a connection lost while checked out makes its next statement fail.
 */
export function surviveLosses(pool: pg.Pool, onError: (error: Error) => void): void {
  pool.on('error', onError)
  pool.on('connect', (client) => client.on('error', () => undefined))
}
