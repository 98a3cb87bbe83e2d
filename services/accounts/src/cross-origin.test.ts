import { addressOf, type Endpoint } from '@likeness/contracts'
import { me, sessions, users } from '@likeness/contracts/endpoints'
import { parseConfig } from '@likeness/runtime/config'
import t from 'tap'
import { AccountsConfig } from './config.js'
import { goodPassword, startAccounts } from './testing/start-accounts.js'

const app = 'https://app.likeness.test'
const other = 'https://other.test'
/** The headers of an answer for pages of other origins. */
const rules = (headers: Headers) =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')))

t.test('pages of a listed origin may call, and any other gets no header about it', async (t) => {
  const accounts = await startAccounts(t, { config: { CORS_ORIGINS: `${app}, http://localhost:3000` } })
  const { call, send } = accounts
  const { accessToken: token } = await accounts.join()
  const preflight = (origin: string, { method, path }: Endpoint) =>
    send('OPTIONS', path, {
      headers: {
        origin,
        'access-control-request-method': method,
        'access-control-request-headers': 'authorization',
      },
    })

  for (const origin of [app, 'http://localhost:3000']) {
    const answer = await preflight(origin, me.patch)
    t.equal(answer.status, 204, 'without a token, because a preflight has none')
    t.match(rules(answer.headers), {
      'access-control-allow-origin': origin,
      'access-control-allow-methods': /\bPATCH\b/,
      'access-control-allow-headers': /\bAuthorization\b.*\bIf-Match\b/,
      'access-control-max-age': /^\d{4,}$/,
    })
    t.notOk(answer.headers.has('access-control-allow-credentials'))
    t.match(answer.headers.get('vary'), /\borigin\b/)
  }
  const read = await call(me.read, { token, headers: { origin: app } })
  t.match(rules(read.headers), {
    'access-control-allow-origin': app,
    'access-control-expose-headers': /\betag\b.*\blink\b.*\bretry-after\b/,
  })
  t.notOk(read.headers.has('access-control-allow-credentials'))
  const refused = await call(me.read, { headers: { origin: app } })
  t.match(
    [refused.status, refused.headers.get('access-control-allow-origin')],
    [401, app],
    'and may read the refusal',
  )
  t.match(refused.headers.get('vary'), /accept-language, origin/)
  t.equal(
    (await send('GET', '/v1/nothing', { headers: { origin: app } })).headers.get('vary'),
    'accept-language, origin',
  )

  for (const origin of [other, 'null', `${app}.evil.test`, app.replace('https', 'http'), `${app}:8443`]) {
    const answers = [
      await preflight(origin, me.patch),
      await preflight(origin, sessions.logIn),
      await call(me.read, { token, headers: { origin } }),
    ]
    for (const { headers } of answers) {
      t.strictSame(rules(headers), {}, origin)
      t.match(headers.get('vary'), /\borigin\b/)
    }
  }
})

t.test('cookies work only for the session routes', async (t) => {
  const accounts = await startAccounts(t, { config: { CORS_ORIGINS: app } })
  const { call, send } = accounts
  const { username } = await accounts.register()
  const credentials = async (endpoint: Endpoint) => {
    const headers = { origin: app, 'access-control-request-method': endpoint.method }
    const path = addressOf(endpoint, { params: { id: '01a1fec2-da39-77d9-9fc5-315e1594bc1b' } })
    return (await send('OPTIONS', path, { headers })).headers.get('access-control-allow-credentials')
  }
  for (const endpoint of [sessions.logIn, sessions.refresh, sessions.logOut, sessions.logOutEverywhere]) {
    t.equal(await credentials(endpoint), 'true', endpoint.id)
  }
  for (const endpoint of [sessions.list, sessions.logOutDevice, me.read, users.register]) {
    t.equal(await credentials(endpoint), null, endpoint.id)
  }

  const opened = await call(sessions.logIn, {
    query: { cookie: 'true' },
    body: { login: username, password: goodPassword },
    headers: { origin: app },
  })
  t.match(rules(opened.headers), {
    'access-control-allow-origin': app,
    'access-control-allow-credentials': 'true',
  })
  const cookie = (opened.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
  const refresh = async (origin: string) =>
    (await call(sessions.refresh, { headers: { cookie, origin, 'sec-fetch-site': 'same-site' } })).status
  t.equal(await refresh(other), 403, 'an unlisted site of the same domain may not use it')
  t.equal(await refresh(app), 200)
})

t.test('without CORS_ORIGINS no answer says anything about origins', async (t) => {
  const { send } = await startAccounts(t)
  const asked = { origin: app, 'access-control-request-method': 'GET' }
  for (const method of ['OPTIONS', 'GET']) {
    const { headers } = await send(method, me.read.path, { headers: asked })
    t.strictSame(rules(headers), {})
    t.notMatch(headers.get('vary'), /origin/)
  }
  t.match((await send('OPTIONS', me.read.path)).headers.get('allow'), /GET.*OPTIONS.*PATCH/)
})

t.test('anything but an exact origin is refused at start', async (t) => {
  for (const value of [
    '*',
    'null',
    'app.test',
    `${app}/`,
    `${app}/path`,
    'https://APP.test',
    `${app},*`,
    'https://a:443',
    'file://x',
  ]) {
    t.throws(
      () => parseConfig(AccountsConfig, { CORS_ORIGINS: value }),
      /CORS_ORIGINS: must be origins like/,
      value,
    )
  }
})
