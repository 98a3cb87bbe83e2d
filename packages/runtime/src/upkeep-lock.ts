import pg from 'pg'
import { connectTimeoutMs } from './database.js'

/** The first of the two numbers of an advisory lock; the other is the hash of the task's name. */
export const upkeepLocks = 0x75706b70

/**
 * The right to run a task, which one process of all has at a time. PostgreSQL keeps it as long as this connection lives,
 * so the lock of a killed process is free at once.
 * @param url `postgres://…` of the service's database
 * @returns undefined while another run has it
 */
export async function takeUpkeepLock(
  url: string,
  task: string,
): Promise<{ release(): Promise<void> } | undefined> {
  const client = new pg.Client({
    connectionString: url,
    application_name: `upkeep ${task}`,
    connectionTimeoutMillis: connectTimeoutMs(url),
    statement_timeout: 30_000,
    keepAlive: true,
  })
  // A lost lock may let a second run begin; each task allows that.
  client.on('error', () => undefined)
  await client.connect()
  try {
    // A machine that vanished is noticed after a minute, not after the system's two hours.
    const { rows } = await client.query<{ taken: boolean }>(
      `select pg_try_advisory_lock($1, hashtext($2)) as taken, set_config('tcp_keepalives_idle', '30', false),
        set_config('tcp_keepalives_interval', '10', false), set_config('tcp_keepalives_count', '3', false)`,
      [upkeepLocks, task],
    )
    if (rows[0]?.taken) return { release: () => client.end() }
  } catch (error) {
    await client.end()
    throw error
  }
  await client.end()
  return undefined
}
