import { join } from 'node:path'
import { freePort } from '@likeness/test-kit/processes'
import pg from 'pg'
import { startPostgres } from '../embedded/start-postgres.js'
import type { Settings } from './settings.js'
import { supervise } from './supervise.js'

export interface Databases {
  accounts: string
  media: string
  /** The queue of each service, in another database or server than its own if there is a choice. */
  queues: { accounts: string; media: string }
  stop(): Promise<void>
}

const names = ['accounts', 'media', 'queue'] as const

/**
 * The databases of both services for rows and jobs: the URLs that were given, and an embedded PostgreSQL for the rest.
 * It is not started when nothing needs it.
 *
 * @param report gets a line when the embedded PostgreSQL ends or is back
 */
export async function openDatabases(
  settings: Settings,
  password: string,
  report: (line: string) => void,
): Promise<Databases> {
  const { accountsDatabaseUrl, mediaDatabaseUrl, queueUrl } = settings
  if (accountsDatabaseUrl !== undefined && mediaDatabaseUrl !== undefined) {
    return {
      accounts: accountsDatabaseUrl,
      media: mediaDatabaseUrl,
      queues: { accounts: queueUrl ?? accountsDatabaseUrl, media: queueUrl ?? mediaDatabaseUrl },
      stop: async () => undefined,
    }
  }
  const options = { folder: join(settings.dataDir, 'postgres'), port: await freePort(), password }
  let url = (_database: string) => ''
  const postgres = supervise(
    'PostgreSQL',
    async () => {
      const started = await startPostgres(options)
      url = started.url
      return { ended: started.ended.then((status) => `exit code ${status}`), stop: () => started.stop() }
    },
    report,
  )
  try {
    await postgres.ready
    await makeDatabases(url('postgres'))
  } catch (error) {
    await postgres.stop()
    throw error
  }
  const queue = queueUrl ?? url('queue')
  return {
    accounts: accountsDatabaseUrl ?? url('accounts'),
    media: mediaDatabaseUrl ?? url('media'),
    queues: { accounts: queue, media: queue },
    stop: () => postgres.stop(),
  }
}

async function makeDatabases(server: string): Promise<void> {
  const client = new pg.Client(server)
  await client.connect()
  try {
    const { rows } = await client.query<{ datname: string }>('SELECT datname FROM pg_database')
    const made = new Set(rows.map((row) => row.datname))
    for (const name of names.filter((name) => !made.has(name))) await client.query(`CREATE DATABASE ${name}`)
  } finally {
    await client.end()
  }
}
