import { columnTypes, connectTimeoutMs } from '@likeness/runtime/database'
import pg from 'pg'

/** A connection for statements that take hours. */
export async function connect(url: string, name: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    application_name: `likeness ${name}`,
    connectionTimeoutMillis: connectTimeoutMs(url),
    keepAlive: true,
    types: columnTypes,
  })
  // A lost connection makes its next statement fail.
  client.on('error', () => undefined)
  await client.connect()
  await client.query('set statement_timeout = 0; set idle_in_transaction_session_timeout = 0')
  return client
}
