import { envOf, parseSettings, type Service } from '../services.js'
import { checkDatabase } from './database.js'
import type { Check, Finding } from './finding.js'
import { checkSigningKeys } from './keys.js'
import { checkMailServer } from './mail.js'
import { checkPublicAddress } from './public-address.js'
import { checkQueue } from './queue.js'
import { checkStorage } from './storage.js'

/** Everything that a service needs, one after the other; what cannot be looked at is a finding, too. */
export async function checkService(service: Service): Promise<Check[]> {
  const { ConfigError } = await import('@likeness/runtime/config')
  const env = await envOf(service)
  const schema =
    service === 'media'
      ? (await import('@likeness/media/config')).MediaConfig
      : (await import('@likeness/accounts/config')).AccountsConfig
  const found: Finding[] = []
  try {
    // A command does not listen.
    await parseSettings(schema, { PORT: '0', ...env })
    found.push({ name: 'settings', ok: true, says: 'every setting is valid' })
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const faults = error.faults.map((fault) => ({ name: 'settings', ok: false, says: fault }))
    // The other checks need them.
    return faults.map((fault) => ({ service, ...fault }))
  }
  const looks: [string, () => Promise<Finding | Finding[]>][] = [
    ['database', () => checkDatabase(service, env)],
    ['queue', () => checkQueue(service, env)],
    ...(service === 'media'
      ? [['storage', () => checkStorage(env)] satisfies [string, () => Promise<Finding>]]
      : ([
          ['keys', () => checkSigningKeys(env)],
          ['mail', () => checkMailServer(env)],
        ] satisfies [string, () => Promise<Finding>][])),
    ['address', () => checkPublicAddress(service, env)],
  ]
  for (const [name, look] of looks) {
    found.push(
      ...[await look().catch((error: unknown) => ({ name, ok: false, says: wordsOf(error) }))].flat(),
    )
  }
  return found.map((one) => ({ service, ...one }))
}

/** The first line of a failure, without the password that a URL in it may hold. */
function wordsOf(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message || error.name : String(error)).split('\n')
  const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
  return `${line}${line.includes(code.trim()) ? '' : code}`.replace(/:\/\/[^/@\s]*@/g, '://***@') || 'failed'
}
