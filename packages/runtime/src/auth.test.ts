import { createSecretKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { SignJWT } from 'jose'
import t, { type Test } from 'tap'
import { registerGuards } from './auth.js'
import { callerOf } from './caller.js'
import { newId } from './ids.js'
import { KeysUnavailableError } from './jwks.js'
import { openLogger } from './logger.js'
import { createServer } from './server.js'
import { signServiceToken } from './service-token.js'

const issuer = 'https://likeness.test'
const own = generateKeyPairSync('ed25519')
const other = generateKeyPairSync('ed25519')
const secrets = [
  'the secret of these tests, 32+ characters',
  'the other secret, 32 or more characters',
] as const

/** A server whose guarded routes answer with their caller; `looks` counts the keys that were looked up. */
async function start(t: Test) {
  const state = { looks: 0, keysAway: false, ended: new Set<string>() }
  const server = await createServer({
    logger: openLogger('auth', 'silent'),
    trustProxy: undefined,
    jsonLimit: 1024,
    checks: {},
    corsOrigins: [],
  })
  const guards = await registerGuards(server, {
    service: 'media',
    serviceSecrets: secrets,
    isEnded: ({ sessionId }) => state.ended.has(sessionId),
    own: {
      issuer,
      audience: 'likeness',
      async findKey(kid) {
        state.looks += 1
        if (state.keysAway) throw new KeysUnavailableError('away')
        if (kid !== 'k') throw new Error('no such key')
        return own.publicKey.export({ format: 'pem', type: 'spki' }).toString()
      },
    },
  })
  for (const name of ['signedIn', 'manager', 'admin'] as const) {
    server.get(`/${name}`, { onRequest: guards[name] }, (request) => callerOf(request))
  }
  server.get('/service', { onRequest: guards.service }, () => ({}))
  t.teardown(() => server.close())
  const url = await server.listen({ host: '127.0.0.1', port: 0 })
  return {
    state,
    ask: async (path: string, authorization?: string) => {
      const answer = await fetch(`${url}/${path}`, { headers: authorization ? { authorization } : {} })
      const body = (await answer.json()) as Record<string, unknown>
      return {
        status: answer.status,
        challenge: answer.headers.get('www-authenticate'),
        headers: answer.headers,
        body,
      }
    },
  }
}

type Parts = { key?: KeyObject; header?: Record<string, string>; claims?: Record<string, unknown> }

async function bearer({ key = own.privateKey, header = {}, claims = {} }: Parts = {}): Promise<string> {
  const seconds = Math.floor(Date.now() / 1000)
  const usual = { iss: issuer, aud: 'likeness', sub: newId(), sid: newId(), jti: newId(), role: 'user' }
  const token = await new SignJWT({ ...usual, iat: seconds, exp: seconds + 3_600, ...claims })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: 'k', ...header })
    .sign(key)
  return `Bearer ${token}`
}

t.test('a genuine token is verified once and lets its person in', async (t) => {
  const { ask, state } = await start(t)
  const sub = newId()
  const authorization = await bearer({ claims: { sub } })
  for (let time = 0; time < 3; time++) {
    t.match(await ask('signedIn', authorization), { status: 200, body: { id: sub, role: 'user' } })
  }
  t.equal(state.looks, 1)
})

t.test('every other token is refused alike', async (t) => {
  const { ask } = await start(t)
  const soon = Math.floor(Date.now() / 1000) + 60
  const forged: Record<string, string> = {
    'signed by another key': await bearer({ key: other.privateKey }),
    'signed by the public key as a secret': await bearer({
      key: createSecretKey(own.publicKey.export({ format: 'pem', type: 'spki' }).toString(), 'utf8'),
      header: { alg: 'HS256' },
    }),
    'of an unknown key': await bearer({ header: { kid: 'x' } }),
    'of another type': await bearer({ header: { typ: 'JWT' } }),
    'of another issuer': await bearer({ claims: { iss: 'https://elsewhere.test' } }),
    'for another audience': await bearer({ claims: { aud: 'others' } }),
    expired: await bearer({ claims: { exp: soon - 120 } }),
    'made ahead of its time': await bearer({ claims: { iat: soon } }),
    'of an unknown role': await bearer({ claims: { role: 'root' } }),
    'without a session': await bearer({ claims: { sid: undefined } }),
    'without a signature': (await bearer()).replace(/\.[^.]*$/, '.'),
    'of another scheme': (await bearer()).replace('Bearer', 'Basic'),
    'that is none': 'Bearer nothing',
  }
  for (const [name, authorization] of Object.entries(forged)) {
    const answer = await ask('signedIn', authorization)
    t.match(
      answer,
      {
        status: 401,
        challenge: 'Bearer realm="likeness", error="invalid_token"',
        body: { code: 'unauthenticated' },
      },
      name,
    )
  }
  t.match(await ask('signedIn'), { status: 401, challenge: 'Bearer realm="likeness"' }, 'no token at all')
})

t.test('a role lets in for itself and those below it', async (t) => {
  const { ask } = await start(t)
  const statuses = async (role: string) => {
    const authorization = await bearer({ claims: { role } })
    const answers = await Promise.all(
      ['signedIn', 'manager', 'admin'].map((path) => ask(path, authorization)),
    )
    return answers.map(({ status }) => status)
  }
  t.strictSame(await statuses('user'), [200, 403, 403])
  t.strictSame(await statuses('manager'), [200, 200, 403])
  t.strictSame(await statuses('admin'), [200, 200, 200])
})

t.test('an ended session is refused also where its token is remembered', async (t) => {
  const { ask, state } = await start(t)
  const sid = newId()
  const authorization = await bearer({ claims: { sid } })
  t.match(await ask('signedIn', authorization), { status: 200 })
  state.ended.add(sid)
  t.match(await ask('signedIn', authorization), { status: 401 })
})

t.test('while the keys cannot be fetched, a token is neither let in nor refused', async (t) => {
  const { ask, state } = await start(t)
  state.keysAway = true
  const authorization = await bearer()
  const answer = await ask('signedIn', authorization)
  t.match(answer, { status: 503, challenge: null, body: { code: 'overloaded' } })
  t.equal(answer.headers.get('retry-after'), '2')
  state.keysAway = false
  t.match(await ask('signedIn', authorization), { status: 200 })
})

t.test('a service token counts for one service, by either secret', async (t) => {
  const { ask } = await start(t)
  for (const secret of secrets) {
    t.match(await ask('service', `Bearer ${await signServiceToken(secret, 'accounts', 'media')}`), {
      status: 200,
    })
  }
  const refused = {
    'for another service': `Bearer ${await signServiceToken(secrets[0], 'media', 'accounts')}`,
    'by another secret': `Bearer ${await signServiceToken('some other secret of 32 characters', 'accounts', 'media')}`,
    'of a person': await bearer({ claims: { role: 'admin' } }),
  }
  for (const [name, authorization] of Object.entries(refused)) {
    t.match(await ask('service', authorization), { status: 401 }, name)
  }
  const token = `Bearer ${await signServiceToken(secrets[0], 'accounts', 'media')}`
  t.match(await ask('signedIn', token), { status: 401 }, 'nor does it open the routes of people')
})
