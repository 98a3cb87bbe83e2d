import { fileURLToPath } from 'node:url'
import { createAdmin } from '@likeness/accounts'
import { type Accounts, startAccounts } from '@likeness/accounts/testing'
import { type Media, startMedia } from '@likeness/media/testing'
import { openLogger } from '@likeness/runtime/logger'
import { freePort } from '@likeness/test-kit'
import type { Test } from 'tap'
import { openGateway } from '../gateway/open-gateway.js'

export interface ServedLikeness {
  /** The one origin, without a slash at the end. */
  url: string
  admin: { email: string; password: string }
  accounts: Accounts
  media: Media
  /** The worker of media, to be stopped by a test whose jobs are to wait. */
  mediaWorker: Awaited<ReturnType<Media['work']>>
}

/**
 * Starts both services with their workers behind the gateway, all in this process: for tests that do not concern `npm
 * start`, at a twentieth of its cost.
 *
 * @param config of both services, such as `{ EMAIL_VERIFICATION: 'mandatory' }`
 */
export async function serveLikeness(
  t: Test,
  config: Readonly<Record<string, string>> = {},
): Promise<ServedLikeness> {
  const [port, accountsPort, mediaPort] = await Promise.all([freePort(), freePort(), freePort()])
  const origin = (port: number) => `http://127.0.0.1:${port}`
  const url = origin(port)
  const services = { accounts: origin(accountsPort), media: origin(mediaPort) }
  const common = {
    PUBLIC_URL: url,
    SERVICE_SECRET: 'a secret of the page tests, 32 characters and more',
    TRUST_PROXY: '127.0.0.1',
    ACCOUNTS_URL: services.accounts,
    MEDIA_URL: services.media,
  }
  const accounts = await startAccounts(t, {
    config: { ...common, ...config, PORT: String(accountsPort) },
    // A page that is tested slowly must still be asked to wait a minute.
    clock: 'stopped',
  })
  const media = await startMedia(t, { config: { ...common, ...config, PORT: String(mediaPort) } })
  const admin = { email: 'admin@likeness.test', password: 'gravel lantern otter 41' }
  await createAdmin(accounts.env.DATABASE_URL ?? '', admin)
  const [mediaWorker] = await Promise.all([media.work(), accounts.work()])
  const gateway = await openGateway({
    logger: openLogger('gateway', 'silent'),
    services,
    publicUrl: url,
    corsOrigins: accounts.deps.config.CORS_ORIGINS,
    webApp: fileURLToPath(new URL('../../../../packages/web/dist-app', import.meta.url)),
  })
  await gateway.listen({ host: '127.0.0.1', port })
  t.teardown(() => gateway.close())
  return { url, admin, accounts, media, mediaWorker }
}
