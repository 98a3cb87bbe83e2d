import { fileURLToPath } from 'node:url'
import { freePort } from '@likeness/test-kit/processes'
import type { Databases } from './databases.js'
import type { Secrets } from './secrets.js'
import { originOf, type Settings } from './settings.js'
import type { Part } from './start-part.js'

/**
 * The processes that run, by the names people see. docker-compose.yml runs the same entries, and a test compares them.
 */
export const entries = {
  accounts: 'infra/bundle/dist/accounts.js',
  'accounts worker': 'infra/bundle/dist/accounts-worker.js',
  media: 'infra/bundle/dist/media.js',
  'media worker': 'infra/bundle/dist/media-worker.js',
  gateway: 'infra/bundle/dist/gateway.js',
} as const

export type PartName = keyof typeof entries

const root = new URL('../../../../', import.meta.url)

/** Every part with a port and its whole environment. */
export async function describeParts(
  settings: Settings,
  databases: Databases,
  secrets: Secrets,
): Promise<Record<PartName, Part>> {
  const inside = '127.0.0.1'
  const [accounts, accountsWorker, media, mediaWorker] = await Promise.all([
    freePort(),
    freePort(),
    freePort(),
    freePort(),
  ])
  const common = {
    SERVICE_SECRET: secrets.serviceSecret,
    KEY_SECRET: secrets.keySecret,
    // Node 22.1 and later keep compiled code here, which halves the time a part takes to load.
    NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/likeness-code', root)),
    ...settings.env,
    LOG_LEVEL: settings.logLevel,
    PUBLIC_URL: settings.publicUrl,
    STORAGE_URL: settings.storageUrl,
    ACCOUNTS_URL: originOf(inside, accounts),
    MEDIA_URL: originOf(inside, media),
    // The trusted proxy is the gateway, which sets these headers itself.
    TRUST_PROXY: inside,
  }
  const part = (name: PartName, host: string, port: number, own: NodeJS.ProcessEnv = {}): Part => ({
    name,
    entry: fileURLToPath(new URL(entries[name], root)),
    url: originOf(host, port),
    env: { ...common, ...own, HOST: host, PORT: String(port) },
  })
  const ofAccounts = { DATABASE_URL: databases.accounts, QUEUE_URL: databases.queues.accounts }
  const ofMedia = { DATABASE_URL: databases.media, QUEUE_URL: databases.queues.media }
  return {
    accounts: part('accounts', inside, accounts, ofAccounts),
    'accounts worker': part('accounts worker', inside, accountsWorker, ofAccounts),
    media: part('media', inside, media, ofMedia),
    'media worker': part('media worker', inside, mediaWorker, ofMedia),
    gateway: part('gateway', settings.host, settings.port),
  }
}
