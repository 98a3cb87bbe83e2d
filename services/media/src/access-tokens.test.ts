import { createHmac, generateKeyPairSync } from 'node:crypto'
import { addressOf } from '@likeness/contracts'
import { uploads } from '@likeness/contracts/endpoints'
import { signServiceToken } from '@likeness/runtime/service-token'
import { waitFor } from '@likeness/test-kit'
import t from 'tap'
import { startMedia } from './testing/start-media.js'

const media = await startMedia(t)
const user = crypto.randomUUID()
const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const seconds = Math.floor(Date.now() / 1000)

const status = async (authorization: string | undefined) => {
  const response = await fetch(`${media.url}${addressOf(uploads.list)}`, {
    headers: authorization === undefined ? {} : { authorization },
  })
  return {
    status: response.status,
    challenge: response.headers.get('www-authenticate'),
    body: (await response.json()) as object,
  }
}

t.test('a genuine token is let in', async (t) => {
  t.match(await status(`Bearer ${await media.token(user)}`), { status: 200 })
  t.match(await status(`bearer ${await media.token(user)}`), { status: 200 }, 'the scheme has no case')
  const aheadOfUs = await media.token(user, 'user', { claims: { iat: Math.floor(Date.now() / 1000) + 3 } })
  t.match(await status(`Bearer ${aheadOfUs}`), { status: 200 }, 'clocks may differ by 5 s')
})

t.test('every other is refused alike', async (t) => {
  const whole = await media.token(user)
  const [header = '', claims = '', signature = ''] = whole.split('.')
  const decoded = JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<string, unknown>
  const elsewhere = generateKeyPairSync('ed25519')
  const spki = media.accounts.publicKey.export({ format: 'pem', type: 'spki' })
  const asHs256 = `${base64({ alg: 'HS256', typ: 'at+jwt', kid: media.accounts.kid })}.${claims}`
  const forged: Record<string, string> = {
    'alg none': `${base64({ alg: 'none', typ: 'at+jwt', kid: media.accounts.kid })}.${claims}.`,
    'alg None with its signature': `${base64({ alg: 'None', typ: 'at+jwt', kid: media.accounts.kid })}.${claims}.${signature}`,
    'HS256 keyed with the public key': `${asHs256}.${createHmac('sha256', spki).update(asHs256).digest('base64url')}`,
    'another key, the same kid': await media.token(user, 'admin', { key: elsewhere.privateKey }),
    'an unknown kid': await media.token(user, 'user', { header: { kid: 'other' } }),
    'changed claims': `${header}.${base64({ ...decoded, role: 'admin' })}.${signature}`,
    'no signature': `${header}.${claims}.`,
    'a cut signature': whole.slice(0, -10),
    expired: await media.token(user, 'user', { claims: { exp: seconds - 10, iat: seconds - 610 } }),
    'not yet valid': await media.token(user, 'user', { claims: { nbf: seconds + 600 } }),
    'made ahead of its time': await media.token(user, 'user', { claims: { iat: seconds + 3_600 } }),
    'another audience': await media.token(user, 'user', { claims: { aud: 'billing' } }),
    'another issuer': await media.token(user, 'user', { claims: { iss: 'https://evil.test' } }),
    'another type of token': await media.token(user, 'user', { header: { typ: 'JWT' } }),
    'no expiry': await media.token(user, 'user', { claims: { exp: undefined } }),
    'no session': await media.token(user, 'user', { claims: { sid: undefined } }),
    'a role that is none': await media.token(user, 'user', { claims: { role: 'root' } }),
    'a subject that is no id': await media.token(user, 'user', { claims: { sub: '1 or 1=1' } }),
    'a refresh token': 'qJ0wL1mZpV5xR8cT2yB7nD4kF6hG9sA3eU1iO0pQwErTyUiOpAsDfGhJkLzXcVbN',
    'a service token': await signServiceToken(media.config.SERVICE_SECRET, 'accounts', 'media'),
    rubbish: 'a.b.c',
    nothing: '',
  }
  for (const [name, token] of Object.entries(forged)) {
    const answer = await status(`Bearer ${token}`)
    t.match(answer, { status: 401, body: { code: 'unauthenticated', errors: undefined } }, name)
    t.match(answer.challenge, /^Bearer realm="likeness"/, name)
  }
  t.match(
    await status(undefined),
    { status: 401, challenge: 'Bearer realm="likeness"' },
    'no token: no error in the challenge',
  )
  t.match(await status(`Basic ${Buffer.from('a:b').toString('base64')}`), { status: 401 })
})

t.test('while the keys cannot be fetched nothing is decided', async (t) => {
  const alone = await startMedia(t, { config: { ACCOUNTS_URL: 'http://127.0.0.1:9' } })
  const answer = await (await alone.person()).call(uploads.list)
  t.match(answer, { status: 503, body: { code: 'overloaded' } })
})

t.test('a session that ended stops its tokens within seconds, and no other’s', async (t) => {
  const sid = crypto.randomUUID()
  const ended = `Bearer ${await media.token(user, 'user', { claims: { sid } })}`
  const other = `Bearer ${await media.token(user)}`
  t.match(await status(ended), { status: 200 })
  media.accounts.ended.push(sid)
  await waitFor(async () => (await status(ended)).status === 401)
  t.match(await status(other), { status: 200 })
})
