import { join } from 'node:path'
import { freePort } from '@likeness/test-kit/processes'
import { postgresUrl, startPostgres } from '../embedded/start-postgres.js'
import type { Settings } from './settings.js'
import { type Supervised, supervise } from './supervise.js'

export interface Databases extends Supervised {
  /** The embedded PostgreSQL, in which they have to be made; undefined where none is needed. */
  server: string | undefined
  accounts: string
  media: string
  /** The queue of each service, in another database or server than its own if there is a choice. */
  queues: { accounts: string; media: string }
}

/**
 * The databases of both services for rows and jobs: the URLs that were given, and for the rest an embedded PostgreSQL,
 * which answers once `ready` resolves. It is not started when nothing needs it.
 *
 * @param report gets a line when the embedded PostgreSQL ends or is back
 */
export async function openDatabases(
  settings: Settings,
  password: string,
  report: (line: string) => void,
): Promise<Databases> {
  const { mediaDatabaseUrl, queueUrl } = settings
  // Without accounts nothing opens theirs, so none has to be made for it.
  const accountsDatabaseUrl = settings.admin === undefined ? mediaDatabaseUrl : settings.accountsDatabaseUrl
  if (accountsDatabaseUrl !== undefined && mediaDatabaseUrl !== undefined) {
    return {
      server: undefined,
      accounts: accountsDatabaseUrl,
      media: mediaDatabaseUrl,
      queues: { accounts: queueUrl ?? accountsDatabaseUrl, media: queueUrl ?? mediaDatabaseUrl },
      ready: Promise.resolve(),
      stop: async () => undefined,
    }
  }
  const options = { folder: join(settings.dataDir, 'postgres'), port: await freePort(), password }
  const url = postgresUrl(options)
  const postgres = supervise(
    'PostgreSQL',
    async () => {
      const started = await startPostgres(options)
      return { ended: started.ended.then((status) => `exit code ${status}`), stop: () => started.stop() }
    },
    report,
  )
  const queue = queueUrl ?? url('queue')
  return {
    server: url('postgres'),
    accounts: accountsDatabaseUrl ?? url('accounts'),
    media: mediaDatabaseUrl ?? url('media'),
    queues: { accounts: queue, media: queue },
    ...postgres,
  }
}
