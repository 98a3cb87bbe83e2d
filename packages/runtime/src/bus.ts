import pg from 'pg'
import { atMost } from './at-most.js'
import { connectTimeoutMs } from './database.js'
import type { Logger } from './logger.js'
import { openOutageLog } from './outage-log.js'
import { namespaceOf, openRedis, withoutParameters } from './redis.js'

/** A short notice that something changed; at most a few hundred bytes of JSON. */
export type Notice = Readonly<Record<string, string | number | null>>

/**
 * Notices between processes: PostgreSQL NOTIFY, or Redis pub/sub where QUEUE_URL is Redis. A missed notice
 * costs its reader a poll, never a wrong answer.
 */
export type Bus = {
  /** Resolves when it is sent; a failure is logged, never thrown. */
  publish(topic: string, notice: Notice): Promise<void>
  /** Calls back for every notice of a topic until `close`; listens from when it resolves. */
  subscribe(topic: string, listener: (notice: Notice) => void): Promise<void>
  close(): Promise<void>
}

/** @param url QUEUE_URL */
export async function openBus(url: string, logger: Logger): Promise<Bus> {
  return /^rediss?:/.test(url) ? openRedisBus(url, logger) : openPostgresBus(url, logger)
}

async function openRedisBus(url: string, logger: Logger): Promise<Bus> {
  const onError = openOutageLog(logger, 'bus')
  const prefix = namespaceOf(url)
  const sender = await openRedis(url, 'client', onError)
  const receiver = await openRedis(url, 'blocking', onError)
  const listeners = new Listeners(logger)
  receiver.on('message', (channel: string, message: string) => listeners.tell(channel, message))
  return {
    publish: (topic, notice) =>
      sender.publish(`${prefix}:${topic}`, JSON.stringify(notice)).then(() => undefined, onError),
    async subscribe(topic, listener) {
      listeners.add(`${prefix}:${topic}`, listener)
      await receiver.subscribe(`${prefix}:${topic}`)
    },
    close() {
      sender.disconnect()
      receiver.disconnect()
      return Promise.resolve()
    },
  }
}

const reconnectMs = 500
const awayMs = 1_000

function openPostgresBus(url: string, logger: Logger): Bus {
  const onError = openOutageLog(logger, 'bus')
  const prefix = namespaceOf(url)
  const connectionString = withoutParameters(url)
  const pool = new pg.Pool({
    connectionString,
    // A notice is worth no wait for the disk.
    options: '-c synchronous_commit=off',
    max: 2,
    keepAlive: true,
    connectionTimeoutMillis: connectTimeoutMs(url),
  })
  pool.on('error', onError)
  const listeners = new Listeners(logger)
  let closed = false
  let listening: Promise<pg.Client> | undefined

  // One connection listens for the whole process and is replaced when it drops.
  async function listen(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      connectionTimeoutMillis: connectTimeoutMs(url),
    })
    client.on('notification', ({ channel, payload }) => listeners.tell(channel, payload ?? ''))
    client.on('error', onError)
    try {
      await client.connect()
      for (const channel of listeners.channels()) await client.query(`listen ${pg.escapeIdentifier(channel)}`)
    } catch (error) {
      // Whoever asked tries again, with another connection.
      void client.end().catch(() => undefined)
      throw error
    }
    client.once('end', relisten)
    return client
  }

  function relisten(): void {
    if (closed) return
    setTimeout(() => {
      if (closed) return
      listening = listen()
      listening.catch((error: Error) => {
        onError(error)
        relisten()
      })
    }, reconnectMs).unref()
  }

  return {
    publish: (topic, notice) =>
      pool
        .query('select pg_notify($1, $2)', [`${prefix}:${topic}`, JSON.stringify(notice)])
        .then(() => undefined, onError),
    async subscribe(topic, listener) {
      const channel = `${prefix}:${topic}`
      listeners.add(channel, listener)
      listening ??= listen()
      const client = await listening
      await client.query(`listen ${pg.escapeIdentifier(channel)}`)
    },
    async close() {
      closed = true
      const end = async () => {
        const client = await listening?.catch(() => undefined)
        await client?.end()
        await pool.end()
      }
      // A server that is away is not waited for.
      await atMost(awayMs, end())
    },
  }
}

class Listeners {
  readonly #byChannel = new Map<string, ((notice: Notice) => void)[]>()
  constructor(readonly logger: Logger) {}

  channels(): string[] {
    return [...this.#byChannel.keys()]
  }

  add(channel: string, listener: (notice: Notice) => void): void {
    this.#byChannel.set(channel, [...(this.#byChannel.get(channel) ?? []), listener])
  }

  tell(channel: string, message: string): void {
    try {
      const notice = JSON.parse(message) as Notice
      for (const listener of this.#byChannel.get(channel) ?? []) listener(notice)
    } catch (error) {
      this.logger.warn({ err: error, channel }, 'bus: a notice could not be read')
    }
  }
}
