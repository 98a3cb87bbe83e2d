import { createHmac } from 'node:crypto'
import { avatars, history, people, uploads } from '@likeness/contracts/endpoints'
import { openCalls, startIssuer, waitFor } from '@likeness/test-kit'
import t, { type Test } from 'tap'
import { form, jpeg } from '../testing/pictures.js'
import { startMedia } from '../testing/start-media.js'

type Config = Record<string, unknown>

/** Media beside accounts, with one more login. */
async function startWith(t: Test, config: Config = { audience: ['product'] }) {
  const issuer = await startIssuer(t)
  const ISSUERS = JSON.stringify([{ alias: 'shop', issuer: issuer.url, ...config }])
  const media = await startMedia(t, { config: { ISSUERS } })
  const ask = async (token: string) => {
    const answer = await fetch(`${media.url}${uploads.list.path}`, {
      headers: { authorization: `Bearer ${token}` },
    })
    return {
      status: answer.status,
      challenge: answer.headers.get('www-authenticate') ?? '',
      headers: answer.headers,
    }
  }
  return { issuer, media, ask }
}

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const refused = { status: 401, challenge: /invalid_token/ }

t.test('a token of another login counts beside those of accounts', async (t) => {
  const { issuer, media, ask } = await startWith(t)
  t.match(await ask(await issuer.token()), { status: 200 })
  const person = await media.person()
  t.match(await person.call(uploads.list, {}), { status: 200 })
  for (const algorithm of ['ES256', 'RS256', 'PS256'] as const) {
    await issuer.addKey(algorithm, algorithm)
  }
  for (const kid of ['ES256', 'RS256', 'PS256'])
    t.match(await ask(await issuer.token({}, { kid })), { status: 200 }, kid)
  const rows = await media.deps.db.selectFrom('people').selectAll().execute()
  t.match(rows, [{ issuer: issuer.url, subject: 'ana' }], 'one person, whichever key signed')
})

t.test('a token that does not count is refused, and makes nobody', async (t) => {
  const { issuer, media, ask } = await startWith(t)
  const other = await startIssuer(t)
  const seconds = Math.floor(Date.now() / 1000)
  const good = await issuer.token()
  const [header = '', claims = '', signature = ''] = good.split('.')
  const x = issuer.keys[0]?.x ?? ''
  const hmac = (key: Buffer) => {
    const text = `${base64({ alg: 'HS256', kid: 'first' })}.${claims}`
    return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`
  }
  const tokens: Record<string, string> = {
    'alg none': `${base64({ alg: 'none' })}.${claims}.`,
    'HMAC with the public key': hmac(Buffer.from(x, 'base64url')),
    'HMAC with its text': hmac(Buffer.from(x)),
    'an unknown issuer': await other.token(),
    'the key of another issuer': await other.token({ iss: issuer.url }),
    'a foreign audience': await issuer.token({ aud: 'another' }),
    'no audience': await issuer.token({ aud: undefined }),
    expired: await issuer.token({ exp: seconds - 60 }),
    'no end': await issuer.token({ exp: undefined }),
    'made in the future': await issuer.token({ iat: seconds + 600 }),
    'not yet valid': await issuer.token({ nbf: seconds + 600 }),
    'no time': await issuer.token({ iat: undefined }),
    'no subject': await issuer.token({ sub: undefined }),
    'an empty subject': await issuer.token({ sub: '' }),
    'a subject of 300 characters': await issuer.token({ sub: 'x'.repeat(300) }),
    'a subject with NUL': await issuer.token({ sub: 'a\0b' }),
    'half a surrogate pair': await issuer.token({ sub: '\ud800' }),
    'a changed claim': `${header}.${base64({ ...JSON.parse(Buffer.from(claims, 'base64url').toString()), sub: 'ben' })}.${signature}`,
    'no token': 'nonsense',
    'two parts': `${header}.${claims}`,
  }
  for (const [what, token] of Object.entries(tokens)) t.match(await ask(token), refused, what)
  t.strictSame(await media.deps.db.selectFrom('people').select('subject').execute(), [])
})

t.test('the client that a token was made for is looked at where there is no audience', async (t) => {
  const { issuer, ask } = await startWith(t, { azp: ['https://app.example', 'https://www.example'] })
  t.match(
    await ask(await issuer.token({ aud: undefined, azp: 'https://app.example' })),
    { status: 200 },
    'as Clerk does',
  )
  for (const azp of ['https://evil.example', undefined, ['https://app.example']])
    t.match(await ask(await issuer.token({ azp })), refused, String(azp))
  const any = await startWith(t, { anyAudience: true, algorithms: ['EdDSA'] })
  t.match(await any.ask(await any.issuer.token({ aud: undefined })), { status: 200 }, 'as Better Auth does')
  await any.issuer.addKey('es', 'ES256')
  t.match(
    await any.ask(await any.issuer.token({}, { kid: 'es' })),
    refused,
    'another algorithm than is allowed',
  )
})

t.test('roles come from where the claims map says, for those issuers alone that may give them', async (t) => {
  const keycloak = await startWith(t, {
    audience: ['product'],
    claims: { roles: ['realm_access.roles', ['https://example.com/roles']] },
    roles: { manager: ['likeness-manager'], admin: ['likeness-admin'] },
  })
  const may = async ({ issuer, media }: typeof keycloak, claims: Record<string, unknown>) => {
    const { call } = openCalls(media.url, { token: await issuer.token(claims) })
    const asManager = (await call(history.list, {})).status
    const asAdmin = (await call(people.read, { params: { issuer: 'shop', subject: 'nobody' } })).status
    return [asManager, asAdmin]
  }
  t.strictSame(await may(keycloak, {}), [403, 403], 'absent')
  t.strictSame(
    await may(keycloak, { realm_access: { roles: ['likeness-manager', 'x'] } }),
    [200, 403],
    'a list',
  )
  t.strictSame(await may(keycloak, { 'https://example.com/roles': 'likeness-admin' }), [200, 404], 'text')
  t.strictSame(
    await may(keycloak, { realm_access: { roles: { 'likeness-admin': true } } }),
    [403, 403],
    'an object',
  )
  t.strictSame(
    await may(keycloak, { realm_access: 'likeness-admin', role: 'admin', roles: ['admin'] }),
    [403, 403],
    'elsewhere',
  )
  const plain = await startWith(t, { audience: ['product'], claims: { roles: ['app_metadata.role'] } })
  t.strictSame(await may(plain, { app_metadata: { role: 'admin' } }), [403, 403], 'an issuer that may not')
})

t.test('the same subject of two issuers is two people', async (t) => {
  const [one, two] = [await startIssuer(t), await startIssuer(t)]
  const ISSUERS = JSON.stringify(
    [one, two].map(({ url }, index) => ({ alias: `login-${index}`, issuer: url, audience: ['product'] })),
  )
  const media = await startMedia(t, { config: { ISSUERS } })
  const { body } = await openCalls(media.url, { token: await one.token() }).call(uploads.create, {
    body: form(await jpeg()),
  })
  const asTwo = openCalls(media.url, { token: await two.token() })
  t.match(await asTwo.call(uploads.read, { params: { id: body.id } }), { status: 404 })
  t.equal((await media.deps.db.selectFrom('people').select('id').execute()).length, 2)
})

t.test('keys that cannot be had are no fault of the token: 503, and the next one asks again', async (t) => {
  const answers: Record<
    string,
    (url: string, answer: { code: number; body: string; location?: string }) => void
  > = {
    'discovery answers 500': (url, answer) => {
      if (url.includes('well-known')) answer.code = 500
    },
    'discovery redirects': (url, answer) => {
      if (url.includes('well-known')) Object.assign(answer, { code: 302, location: '/elsewhere' })
    },
    'discovery names another issuer': (url, answer) => {
      if (url.includes('well-known'))
        answer.body = JSON.stringify({
          issuer: 'https://evil.example',
          jwks_uri: 'https://evil.example/jwks',
        })
    },
    'discovery is no JSON': (url, answer) => {
      if (url.includes('well-known')) answer.body = '<html>'
    },
    'a key set of 10 MB': (url, answer) => {
      if (url.includes('jwks')) answer.body = `{"keys":[],"more":"${'x'.repeat(10_000_000)}"}`
    },
    'the key set redirects': (url, answer) => {
      if (url.includes('jwks')) Object.assign(answer, { code: 302, location: '/elsewhere' })
    },
    'the key set is none': (url, answer) => {
      if (url.includes('jwks')) answer.body = '[]'
    },
  }
  const { issuer, ask } = await startWith(t)
  for (const [what, change] of Object.entries(answers)) {
    issuer.answer = ({ url = '' }, response) => {
      const answer = { code: 200, body: '', location: undefined as string | undefined }
      change(url, answer as { code: number; body: string })
      if (answer.code === 200 && answer.body === '') return false
      response.writeHead(answer.code, answer.location ? { location: answer.location } : {}).end(answer.body)
      return true
    }
    const answered = await ask(await issuer.token())
    t.match(answered, { status: 503 }, what)
    t.equal(answered.headers.get('retry-after'), '2')
  }
  t.notMatch(issuer.asked.join(' '), /elsewhere/, 'no redirect was followed')
  issuer.answer = () => false
  t.match(await ask(await issuer.token()), { status: 200 })
})

t.test('keys rotated under load refuse nobody, and made-up ones fetch once in 30 seconds', async (t) => {
  const { issuer, ask } = await startWith(t)
  t.match(await ask(await issuer.token()), { status: 200 })
  await issuer.addKey('second', 'EdDSA')
  issuer.keys.shift()
  const tokens = await Promise.all(
    Array.from({ length: 40 }, (_, index) => issuer.token({ sub: `person-${index}` }, { kid: 'second' })),
  )
  const answers = await Promise.all(tokens.map(ask))
  t.strictSame([...new Set(answers.map(({ status }) => status))], [200])
  t.equal(issuer.asked.filter((path) => path === '/jwks').length, 2, 'fetched once more')

  await issuer.addKey('made-up', 'EdDSA')
  issuer.keys.pop()
  const madeUp = await Promise.all(
    Array.from({ length: 20 }, (_, index) => issuer.token({ sub: `x-${index}` }, { kid: 'made-up' })),
  )
  for (const { status } of await Promise.all(madeUp.map(ask))) t.equal(status, 401)
  t.equal(issuer.asked.filter((path) => path === '/jwks').length, 2, 'not again so soon')
})

t.test('a setting that cannot be used says where', async (t) => {
  const wrong: [string, RegExp][] = [
    ['{', /path of a file/],
    ['[', /not valid JSON/],
    ['/no/such/file.json', /path of a file/],
    [
      JSON.stringify([{ alias: 'Shop', issuer: 'https://a.example', audience: ['a'] }]),
      /\[0\]\.alias must be/,
    ],
    [JSON.stringify([{ name: 'shop' }]), /\[0\]\.alias is required; .*\[0\]\.name is not a known field/],
    [JSON.stringify([{ alias: 'shop', issuer: 'https://a.example' }]), /\[0\] needs `audience`/],
    [JSON.stringify([{ alias: 'shop', issuer: 'supabase', audience: ['a'] }]), /needs `jwksUri`/],
    [
      JSON.stringify([
        { alias: 'shop', issuer: 'https://a.example', audience: ['a'], algorithms: ['HS256'] },
      ]),
      /\[0\]\.algorithms/,
    ],
    [
      JSON.stringify([1, 2].map(() => ({ alias: 'shop', issuer: 'https://a.example', audience: ['a'] }))),
      /alias twice/,
    ],
  ]
  for (const [ISSUERS, fault] of wrong)
    await t.rejects(startMedia(t, { config: { ISSUERS } }), { message: fault })
})

t.test('a picture at an address that the product knows beforehand', async (t) => {
  const { issuer, media } = await startWith(t)
  await media.work()
  const subject = 'auth0|ana/é 1'
  const { call } = openCalls(media.url, { token: await issuer.token({ sub: subject, name: 'Zoé Ray' }) })
  const at = { issuer: 'shop', subject }
  t.match(await call(avatars.serveBySubject, { params: at, query: { default: '404' } }), { status: 404 })
  const drawnFor = async (issuer: string) => {
    const { status, body } = await call(avatars.serveBySubject, { params: { ...at, issuer }, query: {} })
    t.equal(status, 200)
    return Buffer.from(body)
  }
  const silhouette = await drawnFor('none')
  t.same(await drawnFor('shop'), silhouette, 'before their first token nobody knows their name')
  const { body } = await call(uploads.create, { body: form(await jpeg()) })
  await waitFor(async () => !silhouette.equals(await drawnFor('shop')), { for: 'their initials' })
  const confirmed = await call(uploads.confirm, { params: { id: body.id }, headers: { prefer: 'wait=30' } })
  t.match(confirmed, { status: 200, body: { status: 'published' } })
  t.equal(media.accounts.told.length, 0, 'accounts knows nothing of them')
  const byId = await call(avatars.serve, { params: { userId: body.userId }, query: { size: 64 } })
  await waitFor(async () => {
    const bySubject = await call(avatars.serveBySubject, { params: at, query: { size: 64 } })
    return Buffer.from(bySubject.body).equals(Buffer.from(byId.body))
  })
})
