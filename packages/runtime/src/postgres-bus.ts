import pg from 'pg'
import { atMost } from './at-most.js'
import { batched } from './batched.js'
import { type Bus, busBatches, type Sent } from './bus.js'
import { Listeners } from './bus-listeners.js'
import { connectTimeoutMs, keptIdleMs } from './database.js'
import type { Logger } from './logger.js'
import { openOutageLog } from './outage-log.js'
import { namespaceOf, withoutParameters } from './redis.js'

const reconnectMs = 500
const awayMs = 1_000

/** A statement for all notices of a moment, which each connection prepares once. */
const notify = {
  name: 'notify',
  text: 'select pg_notify(channel, message) from unnest($1::text[], $2::text[]) as sent (channel, message)',
}

/** PostgreSQL NOTIFY: one connection listens for the whole process, another sends. */
export function openPostgresBus(url: string, logger: Logger): Bus {
  const onError = openOutageLog(logger, 'bus')
  const prefix = namespaceOf(url)
  const connectionString = withoutParameters(url)
  const pool = new pg.Pool({
    connectionString,
    // A lost notice costs a poll, so none waits for the disk.
    options: '-c synchronous_commit=off',
    max: 1,
    keepAlive: true,
    idleTimeoutMillis: keptIdleMs,
    allowExitOnIdle: true,
    connectionTimeoutMillis: connectTimeoutMs(url),
  })
  pool.on('error', onError)
  const listeners = new Listeners(logger)
  const send = batched(
    (sent: Sent[]) =>
      pool
        .query({
          ...notify,
          values: [sent.map(({ channel }) => channel), sent.map(({ message }) => message)],
        })
        .then(() => undefined, onError),
    busBatches,
  )
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
      // The caller tries again, with another connection.
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
    publish: (topic, notice) => send({ channel: `${prefix}:${topic}`, message: JSON.stringify(notice) }),
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
        await send.settled()
        const client = await listening?.catch(() => undefined)
        await client?.end()
        await pool.end()
      }
      // A server that is away is not waited for.
      await atMost(awayMs, end())
    },
  }
}
