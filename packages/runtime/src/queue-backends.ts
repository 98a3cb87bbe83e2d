import {
  type BackendFactory,
  DEFAULT_SCHEMA,
  PostgresConnection,
  PostgresQueueBackend,
  type Processor,
  Queue,
  quoteSchemaName,
  runMigrations,
  Worker,
  type WorkerOptions,
} from 'bullmq'
import pg from 'pg'
import { connectTimeoutMs, keptIdleMs, surviveLosses } from './database.js'
import { NamingClient } from './prepared.js'
import { namespaceOf, openRedis, withoutParameters } from './redis.js'

/** Makes BullMQ's objects on one server, sharing its connections. */
export type QueueBackend = {
  queue(name: string): Queue
  worker(name: string, processor: Processor, options: Omit<WorkerOptions, 'connection'>): LeavingWorker
  check(): Promise<unknown>
  close(): Promise<void>
}

/** Redis, one server, Cluster-safe: the braces of the prefix keep a queue's keys on one node. */
export async function connectRedis(url: string, onError: (error: Error) => void): Promise<QueueBackend> {
  const prefix = `{${namespaceOf(url)}}`
  const client = await openRedis(url, 'client', onError)
  const blocking = await openRedis(url, 'blocking', onError)
  return {
    queue: (name) => new Queue(name, { connection: client, prefix, skipWaitingForReady: true }),
    worker: (name, processor, options) =>
      new LeavingWorker(name, processor, { ...options, connection: blocking, prefix }),
    check: () => client.ping(),
    async close() {
      client.disconnect()
      blocking.disconnect()
      await Promise.resolve()
    },
  }
}

/** A worker whose close need not be waited for to its end. */
export class LeavingWorker extends Worker {
  /** Renews no lock any more. BullMQ's own goes on for as long as its close waits for the server, and keeps the process. */
  async leave(): Promise<void> {
    await this.lockManager.close()
  }
}

/**
 * A worker that looks for due jobs every few seconds. BullMQ's own sleeps for up to an hour on PostgreSQL once waiting
 * for a job has failed, and would overlook what its one look before that sleep missed: a job whose time comes later,
 * or every job when that look fails too, as when all connections are lost again and again.
 */
class WatchfulWorker extends LeavingWorker {
  override get maximumBlockTimeout(): number {
    return longestBlockSeconds
  }
}
const longestBlockSeconds = 5

/** BullMQ would give each worker a connection to listen by and close it; here all of a process share one. */
class SharingBackend extends PostgresQueueBackend {
  override async close(): Promise<void> {}
}

/** PostgreSQL: one pool for all queues of the process, and one of its connections listens for all of its workers. */
export async function connectPostgres(url: string, onError: (error: Error) => void): Promise<QueueBackend> {
  const namespace = namespaceOf(url)
  const pool = new pg.Pool({
    connectionString: withoutParameters(url),
    // Jobs are nudges that upkeep can make again: none is worth waiting for the disk.
    options: `-c search_path=${quoteSchemaName(DEFAULT_SCHEMA)} -c synchronous_commit=off`,
    max: 4,
    keepAlive: true,
    idleTimeoutMillis: keptIdleMs,
    allowExitOnIdle: true,
    connectionTimeoutMillis: connectTimeoutMs(url),
    Client: NamingClient,
  } as pg.PoolConfig)
  surviveLosses(pool, onError)
  await migrateQueue(pool)
  const shared = new PostgresConnection(pool as never)
  // Every queue and worker adds its listeners.
  shared.setMaxListeners(0)
  const factory: BackendFactory<SharingBackend> = (name, opts) =>
    new SharingBackend(shared, name, opts as never)
  // The classes are typed for Redis unless told otherwise; both backends answer the same interface.
  const [connection, backend] = [pool as never, factory as never]
  return {
    queue: (name) => new Queue(`${namespace}-${name}`, { connection }, backend),
    worker: (name, processor, options) =>
      new WatchfulWorker(`${namespace}-${name}`, processor, { ...options, connection }, backend),
    check: () => pool.query('select 1'),
    async close() {
      await shared.close()
      await pool.end()
    },
  }
}

async function migrateQueue(pool: pg.Pool): Promise<void> {
  const client = await pool.connect()
  try {
    await runMigrations(client, DEFAULT_SCHEMA)
  } finally {
    client.release()
  }
}
