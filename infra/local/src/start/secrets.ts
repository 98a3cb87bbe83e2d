import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { randomSecret } from '../embedded/start-postgres.js'
import { Fault } from '../fault.js'

/** Generated at the first start and needed at every later one. */
export interface Secrets {
  postgresPassword: string
  serviceSecret: string
  keySecret: string
}

/**
 * The secrets of a data folder; generates them, readable by their owner alone, if it has none yet.
 *
 * @throws Fault when the file exists but is not usable: new secrets would not open the old data
 */
export function openSecrets(dataDir: string): Secrets {
  const file = join(dataDir, 'secrets.json')
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Secrets
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT') throw new Fault(`${file} cannot be read: ${message}`)
  }
  const secrets = {
    postgresPassword: randomSecret(),
    serviceSecret: randomSecret(),
    keySecret: randomSecret(),
  }
  writeFileSync(`${file}.unfinished`, JSON.stringify(secrets, null, 2), { mode: 0o600 })
  renameSync(`${file}.unfinished`, file)
  return secrets
}
