import { freePort } from '@likeness/test-kit/processes'
import type { Databases } from './databases.js'
import type { Secrets } from './secrets.js'
import { originOf, type Settings } from './settings.js'

/**
 * What `npm start` runs in one process, by the names people see. In docker-compose.yml each is a container of its own,
 * and a test compares them.
 */
export const partNames = ['accounts', 'accounts worker', 'media', 'media worker', 'gateway'] as const

export type PartName = (typeof partNames)[number]

/** The environment of each part that runs. */
export type Parts = Readonly<
  Record<Exclude<PartName, `accounts${string}`>, NodeJS.ProcessEnv> &
    Partial<Record<`accounts${string}` & PartName, NodeJS.ProcessEnv>>
>

/** The environment of every part, each with a port of its own; without those of accounts if there are none. */
export async function describeParts(
  settings: Settings,
  databases: Databases,
  secrets: Secrets,
): Promise<Parts> {
  const inside = '127.0.0.1'
  const [accounts, accountsWorker, media, mediaWorker] = await Promise.all([
    freePort(),
    freePort(),
    freePort(),
    freePort(),
  ])
  const withAccounts = settings.admin !== undefined
  const common = {
    SERVICE_SECRET: secrets.serviceSecret,
    KEY_SECRET: secrets.keySecret,
    ...settings.env,
    LOG_LEVEL: settings.logLevel,
    PUBLIC_URL: settings.publicUrl,
    STORAGE_URL: settings.storageUrl,
    ACCOUNTS_URL: withAccounts ? originOf(inside, accounts) : undefined,
    MEDIA_URL: originOf(inside, media),
    // The trusted proxy is the gateway, which sets these headers itself.
    TRUST_PROXY: inside,
  }
  const part = (host: string, port: number, own: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
    ...common,
    ...own,
    HOST: host,
    PORT: String(port),
  })
  const ofAccounts = { DATABASE_URL: databases.accounts, QUEUE_URL: databases.queues.accounts }
  const ofMedia = { DATABASE_URL: databases.media, QUEUE_URL: databases.queues.media }
  return {
    ...(withAccounts && {
      accounts: part(inside, accounts, ofAccounts),
      'accounts worker': part(inside, accountsWorker, ofAccounts),
    }),
    media: part(inside, media, ofMedia),
    'media worker': part(inside, mediaWorker, ofMedia),
    gateway: part(settings.host, settings.port),
  }
}
