import { pathToFileURL } from 'node:url'
import { migrate as migrateAccounts } from '@likeness/accounts'
import { me, sessions, uploads, users } from '@likeness/contracts/endpoints'
import { migrate as migrateMedia } from '@likeness/media'
import { openLogger } from '@likeness/runtime/logger'
import { openCalls, startProcess, testDatabase, waitFor } from '@likeness/test-kit'
import { noCurl, senders, socketSenders } from '@likeness/test-kit/senders'
import { Client } from 'pg'
import t, { type Test } from 'tap'
import { noNginx, startNginx } from '../testing/start-nginx.js'
import { openGateway } from './open-gateway.js'

const json = { 'content-type': 'application/json' }
const password = 'plum violin harbour 92'

/** Refused uploads count like others, so the limit allows as many refusals as this test needs. */
const uploadsPerPerson = 1000
const limits = {
  RECEIVING_PER_USER: '100',
  UPLOADS_PER_10_MINUTES: String(uploadsPerPerson),
  UPLOAD_BYTES_IN_FLIGHT: '1048576',
  UPLOAD_LEAST_SECONDS: '2',
}

/** A page that may call the API. */
const origin = 'https://app.example.org'

/** Both services as they run, without their workers. */
async function startServices() {
  const common = {
    LOG_LEVEL: 'fatal',
    SERVICE_SECRET: 'a secret of this test, 32 characters or more',
    KEY_SECRET: 'another of this test, 32 characters or more',
    PUBLIC_URL: 'http://likeness.test',
    CORS_ORIGINS: origin,
    RATE_LIMIT_PER_IP: 'off',
    ACCESS_TOKEN_SECONDS: '3600',
    MEDIA_URL: 'http://127.0.0.1:9',
    STORAGE_URL: pathToFileURL(t.testdir({})).href,
  }
  const start = async (name: 'accounts' | 'media', migrate: Migrate, own: Record<string, string> = {}) => {
    const database = await testDatabase(t, { name: `${name}_early`, migrate })
    const env = { ...common, ...own, DATABASE_URL: database, QUEUE_URL: database }
    return { database, url: (await startProcess(t, name, env)).url }
  }
  const { url: accounts } = await start('accounts', migrateAccounts)
  const { url: media, database } = await start('media', migrateMedia, { ...limits, ACCOUNTS_URL: accounts })
  return { services: { accounts, media }, database }
}
type Migrate = (databaseUrl: string) => Promise<unknown>

/** Registers someone new and returns their id and Authorization header. */
async function join(accounts: string, username: string) {
  const { call } = openCalls(accounts)
  await call(users.register, { body: { username, email: `${username}@likeness.test`, password } })
  const { accessToken, user } = (await call(sessions.logIn, { body: { login: username, password } })).body
  return { id: user.id, authorization: `Bearer ${accessToken}` }
}

const { services, database } = await startServices()
const { authorization } = await join(services.accounts, 'ada')
const jpeg = { 'content-type': 'image/jpeg' }
/** More than the buffers on the way hold, so that someone has to read it. */
const big = Buffer.alloc(12_000_000, 1)
const small = Buffer.alloc(1_000_000, ' ')
const medium = Buffer.alloc(2_000_000, 1)

/** The Authorization header of someone over the upload limit, which the service remembers. */
async function joinLimited(): Promise<string> {
  const { id, authorization } = await join(services.accounts, 'ben')
  const db = new Client({ connectionString: database })
  await db.connect()
  const many = `insert into refused_uploads (user_id, id, code) select $1, uuidv7(), 'no-image' from generate_series(1, $2::integer)`
  await db.query(many, [id, uploadsPerPerson])
  await db.end()
  const headers = { authorization, ...jpeg }
  const send = () =>
    fetch(`${services.media}${uploads.create.path}`, { method: 'POST', headers, body: 'no picture' })
  await waitFor(async () => (await send()).status === 429, { for: 'the limit' })
  return authorization
}
const limited = { authorization: await joinLimited() }

/** Requests that each service refuses before it has read the body. */
const refusals = [
  ['media', uploads.create.path, { headers: { authorization, ...jpeg }, body: big }, 413, 'image-too-large'],
  ['media', uploads.create.path, { headers: jpeg, body: small }, 401, 'unauthenticated'],
  [
    'media',
    uploads.create.path,
    { headers: { authorization, 'content-type': 'image/' }, body: small },
    415,
    'unsupported-media-type',
  ],
  ['media', uploads.create.path, { headers: { ...limited, ...jpeg }, body: small }, 429, 'rate-limited'],
  ['media', uploads.create.path, { headers: { authorization, ...jpeg }, body: medium }, 503, 'overloaded'],
  [
    'media',
    uploads.create.path,
    { headers: { authorization, ...jpeg }, body: Buffer.alloc(10), announced: 1_000_000 },
    408,
    'upload-too-slow',
  ],
  ['accounts', sessions.logIn.path, { headers: json, body: small }, 413, 'request-too-large'],
  ['accounts', '/v1/nothing', { headers: json, body: small }, 404, 'not-found'],
] as const

/** 40 of the largest and 16 of each other refusal, in every way clients send. */
async function allArrive(t: Test, urls: Readonly<Record<'accounts' | 'media', string>>): Promise<void> {
  for (const [service, path, sent, status, code] of refusals) {
    const ways = Object.entries('announced' in sent ? socketSenders : senders).filter(
      // A body without a length is refused at the first limit it passes, which is the one of 503.
      ([how]) => sent.body !== big || !how.includes('in chunks'),
    )
    for (const [how, send] of ways) {
      const times = Math.ceil((sent.body === big ? 40 : 16) / ways.length)
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

t.test('an answer before the whole body was sent arrives directly', (t) => allArrive(t, services))

t.test('it arrives through the gateway', async (t) => {
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

t.test('it arrives through nginx', { skip: noNginx }, async (t) => {
  const url = await startNginx(t, services)
  await allArrive(t, { accounts: url, media: url })

  for (const path of [me.read.path, uploads.list.path]) {
    const asked = { origin, 'access-control-request-method': 'GET' }
    const preflight = await fetch(`${url}${path}`, { method: 'OPTIONS', headers: asked })
    const answer = await fetch(`${url}${path}`, { headers: { origin } })
    t.strictSame([preflight.status, answer.status], [204, 401], path)
    for (const { headers } of [preflight, answer]) t.equal(headers.get('access-control-allow-origin'), origin)
    const foreign = await fetch(`${url}${path}`, { headers: { origin: 'https://elsewhere.example' } })
    t.equal(foreign.headers.get('access-control-allow-origin'), null, 'another origin')
  }
  const icon = await fetch(`${url}/favicon.ico`)
  t.strictSame([icon.status, icon.headers.get('content-type')], [200, 'image/svg+xml'])
})

t.test('curl is one of the ways', { skip: noCurl }, (t) => {
  t.ok(senders.curl)
  t.end()
})
