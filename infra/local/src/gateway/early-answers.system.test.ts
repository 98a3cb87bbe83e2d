import { fileURLToPath, pathToFileURL } from 'node:url'
import { migrate as migrateAccounts } from '@likeness/accounts'
import { migrate as migrateMedia } from '@likeness/media'
import { openLogger } from '@likeness/runtime'
import { noCurl, senders, startProcess, testDatabase } from '@likeness/test-kit'
import t, { type Test } from 'tap'
import { noNginx, startNginx } from '../testing/start-nginx.js'
import { openGateway } from './open-gateway.js'

const json = { 'content-type': 'application/json' }
const password = 'plum violin harbour 92'

/** Refused uploads count like others, and all here are one person's. */
const unlimited = { RECEIVING_PER_USER: '100', UPLOADS_PER_10_MINUTES: '100000' }

/** Both services as they run, without their workers. */
async function startServices() {
  const common = {
    LOG_LEVEL: 'fatal',
    SERVICE_SECRET: 'a secret of this test, 32 characters or more',
    KEY_SECRET: 'another of this test, 32 characters or more',
    PUBLIC_URL: 'http://likeness.test',
    RATE_LIMIT_PER_IP: 'off',
    ACCESS_TOKEN_SECONDS: '3600',
    MEDIA_URL: 'http://127.0.0.1:9',
    STORAGE_URL: pathToFileURL(t.testdir({})).href,
  }
  const start = async (name: 'accounts' | 'media', migrate: Migrate, own: Record<string, string> = {}) => {
    const database = await testDatabase(t, { name: `${name}_early`, migrate })
    const entry = fileURLToPath(new URL(`../../../../services/${name}/dist/http.js`, import.meta.url))
    const env = { ...common, ...own, DATABASE_URL: database, QUEUE_URL: database }
    return (await startProcess(t, entry, env)).url
  }
  const accounts = await start('accounts', migrateAccounts)
  return { accounts, media: await start('media', migrateMedia, { ...unlimited, ACCOUNTS_URL: accounts }) }
}
type Migrate = (databaseUrl: string) => Promise<unknown>

async function tokenOf(accounts: string): Promise<string> {
  const post = async (path: string, body: object) =>
    (await fetch(`${accounts}${path}`, { method: 'POST', headers: json, body: JSON.stringify(body) })).json()
  await post('/v1/users', { username: 'ada', email: 'ada@likeness.test', password })
  const { accessToken } = (await post('/v1/sessions', { login: 'ada', password })) as { accessToken: string }
  return accessToken
}

const services = await startServices()
const authorization = `Bearer ${await tokenOf(services.accounts)}`
const jpeg = { 'content-type': 'image/jpeg' }
/** More than the connections on the way hold, so that someone has to read it. */
const big = Buffer.alloc(12_000_000, 1)
const small = Buffer.alloc(1_000_000, ' ')

/** What each service refuses before it has read the body. */
const refusals = [
  ['media', '/v1/uploads', { headers: { authorization, ...jpeg }, body: big }, 413, 'image-too-large'],
  ['media', '/v1/uploads', { headers: jpeg, body: small }, 401, 'unauthenticated'],
  ['accounts', '/v1/sessions', { headers: json, body: small }, 413, 'request-too-large'],
  ['accounts', '/v1/nothing', { headers: json, body: small }, 404, 'not-found'],
] as const

/** 40 of the largest and 16 of each other refusal, in every way clients send. */
async function allArrive(t: Test, urls: Readonly<Record<'accounts' | 'media', string>>): Promise<void> {
  for (const [service, path, sent, status, code] of refusals) {
    for (const [how, send] of Object.entries(senders)) {
      const times = Math.ceil((sent.body === big ? 40 : 16) / Object.keys(senders).length)
      const answers = await Promise.allSettled(
        Array.from({ length: times }, async () => {
          const { status, body } = await send(`${urls[service]}${path}`, sent)
          return { status, code: (JSON.parse(body) as { code: string }).code }
        }),
      )
      const expected = { status: 'fulfilled', value: { status, code } }
      t.strictSame(
        answers,
        Array.from(answers, () => expected),
        `${status} of ${service} by ${how}`,
      )
    }
  }
}

t.test('straight, what is answered before the whole body came arrives', (t) => allArrive(t, services))

t.test('through the gateway it arrives', async (t) => {
  const options = {
    logger: openLogger('gateway', 'silent'),
    publicUrl: 'http://x',
    webApp: t.testdir({}),
    corsOrigins: [],
  }
  const gateway = await openGateway({ ...options, services })
  t.teardown(() => gateway.close())
  const url = await gateway.listen({ host: '127.0.0.1', port: 0 })
  await allArrive(t, { accounts: url, media: url })
})

t.test('through nginx it arrives', { skip: noNginx }, async (t) => {
  const url = await startNginx(t, services)
  await allArrive(t, { accounts: url, media: url })
})

t.test('curl is one of the ways', { skip: noCurl }, (t) => {
  t.ok(senders.curl)
  t.end()
})
