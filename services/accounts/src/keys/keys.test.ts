import { createPublicKey, generateKeyPairSync, randomUUID } from 'node:crypto'
import { addressOf } from '@likeness/contracts'
import { emails, me, sessions, toAccounts } from '@likeness/contracts/endpoints'
import { openJwks } from '@likeness/runtime/jwks'
import { signServiceToken } from '@likeness/runtime/service-token'
import { decodeJwt, decodeProtectedHeader, type JWK, SignJWT } from 'jose'
import t from 'tap'
import { goodPassword, startAccounts } from '../testing/start-accounts.js'
import { startMailbox } from '../testing/start-mailbox.js'
import { retireKeys } from '../upkeep/retire-keys.js'
import { openKeyRing } from './key-ring.js'
import { publishedAheadSeconds, rotateKeys } from './rotate-keys.js'
import { openSealedKey } from './seal-key.js'

const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

t.test('every forged token is refused with 401 and WWW-Authenticate', async (t) => {
  const { call, db, env, join, send } = await startAccounts(t)
  const { accessToken, refreshToken } = await join()
  t.equal((await call(me.read, { token: accessToken })).status, 200)

  const [jwk] = (await call(sessions.keys)).body.keys
  const publicPem = createPublicKey({ key: { ...jwk }, format: 'jwk' }).export({
    format: 'pem',
    type: 'spki',
  })
  const kid = jwk?.kid ?? ''
  const now = Math.floor(Date.now() / 1000)
  const claims = { ...decodeJwt(accessToken) }
  const [head = '', payload = '', signature = ''] = accessToken.split('.')
  const strangers = generateKeyPairSync('ed25519').privateKey
  const ours = await db.selectFrom('signing_keys').selectAll().executeTakeFirstOrThrow()
  const privateKey = openSealedKey(env.KEY_SECRET ?? '', kid, ours.sealed_private_key)
  const sign = (header: Record<string, string>, changes: Record<string, unknown>) =>
    new SignJWT({ ...claims, ...changes })
      .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid, ...header })
      .sign(privateKey)

  const forged: Record<string, string> = {
    nothing: '',
    'no JWT': 'abc',
    'a refresh token': refreshToken,
    'alg none': `${base64url({ alg: 'none', typ: 'at+jwt', kid })}.${payload}.`,
    'alg none with the signature': `${base64url({ alg: 'none', typ: 'at+jwt', kid })}.${payload}.${signature}`,
    'no signature': `${head}.${payload}.`,
    'another payload': `${head}.${base64url({ ...claims, role: 'admin' })}.${signature}`,
    'HS256 with the public key': await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid })
      .sign(Buffer.from(publicPem)),
    "another's key under our kid": await new SignJWT(claims)
      .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid })
      .sign(strangers),
    'its own key in the header': await new SignJWT(claims)
      .setProtectedHeader({
        alg: 'EdDSA',
        typ: 'at+jwt',
        jwk: createPublicKey(strangers).export({ format: 'jwk' }) as JWK,
      })
      .sign(strangers),
    'unknown kid': await sign({ kid: 'unknown' }, {}),
    'a kid that is a path': await sign({ kid: '../../etc/passwd' }, {}),
    'typ JWT': await sign({ typ: 'JWT' }, {}),
    expired: await sign({}, { iat: now - 700, exp: now - 60 }),
    'no exp': await sign({}, { exp: undefined }),
    'not valid yet': await sign({}, { nbf: now + 600 }),
    'issued in the future': await sign({}, { iat: now + 3_600 }),
    'wrong audience': await sign({}, { aud: 'another' }),
    'wrong issuer': await sign({}, { iss: 'https://elsewhere.test' }),
    'no subject': await sign({}, { sub: undefined }),
    'a subject that is not an id': await sign({}, { sub: "' or 1=1 --" }),
    'an unknown role': await sign({}, { role: 'root' }),
  }
  t.equal(
    (await call(me.read, { token: await sign({}, {}) })).status,
    200,
    'a token signed with the real key works',
  )
  t.equal(
    (await call(me.read, { token: await sign({}, { exp: now - 3 }) })).status,
    200,
    'clocks may differ by 5 s',
  )
  for (const [name, token] of Object.entries(forged)) {
    const { status, body, headers } = await call(me.read, { token })
    t.match([status, body.code], [401, 'unauthenticated'], name)
    t.match(headers.get('www-authenticate'), /^Bearer /)
  }
  for (const authorization of ['Basic dTpw', accessToken, `bearer`, `Bearer ${accessToken} x`]) {
    t.equal((await call(me.read, { headers: { authorization } })).status, 401, authorization.slice(0, 10))
  }
  t.equal(
    (await send('GET', addressOf(me.read, { query: { access_token: accessToken } }))).status,
    401,
    'not from the query',
  )

  const gone = await sign({}, { sub: randomUUID() })
  t.equal((await call(me.read, { token: gone })).status, 401, 'a deleted user')
})

t.test('the published keys are cacheable and have no private part', async (t) => {
  const { call, join, url } = await startAccounts(t)
  const { headers, body } = await call(sessions.keys)
  t.match(headers.get('cache-control'), /^public, max-age=300/)
  t.strictSame(Object.keys(body.keys[0] ?? {}).sort(), ['alg', 'crv', 'kid', 'kty', 'use', 'x'])
  t.notOk(body.keys.some((key) => 'd' in key))
  const { accessToken } = await join()
  const { kid = '', alg, typ } = decodeProtectedHeader(accessToken)
  t.same({ alg, typ }, { alg: 'EdDSA', typ: 'at+jwt' })
  t.match(await openJwks(`${url}/.well-known/jwks.json`)(kid), /^-----BEGIN PUBLIC KEY-----/)
})

t.test(
  'rotation: a key is published first, signs later, and the old one stays until its tokens expire',
  async (t) => {
    const { call, db, deps, join, logIn } = await startAccounts(t)
    const kids = async () => (await call(sessions.keys)).body.keys.map((key) => key.kid)
    const [old] = await kids()
    await db
      .updateTable('signing_keys')
      .set({ signs_from: new Date(0) })
      .execute()
    const session = await join()
    const kidOf = (token: string) => decodeProtectedHeader(token).kid

    const next = await rotateKeys(db, deps.config)
    const ahead = (next.signsFrom.getTime() - Date.now()) / 1000
    t.ok(ahead > publishedAheadSeconds - 600 && ahead <= publishedAheadSeconds + 1)
    await deps.keys.reload()
    t.same(await kids(), [next.kid, old], 'both are published')
    t.equal(kidOf((await logIn(session.user.username)).accessToken), old, 'the old one signs')

    const signsSince = (seconds: number) =>
      db
        .updateTable('signing_keys')
        .set({ signs_from: new Date(Date.now() - seconds * 1000) })
        .where('kid', '=', next.kid)
        .execute()
        .then(() => deps.keys.reload())
    await signsSince(1)
    const renewed = await logIn(session.user.username)
    t.equal(kidOf(renewed.accessToken), next.kid, 'the new one signs')
    t.equal(
      (await call(me.read, { token: session.accessToken })).status,
      200,
      'tokens of the old one stay valid',
    )
    t.same(await retireKeys(deps, { dryRun: false }), { retired: [] })

    await signsSince(600 + 61)
    t.same(await kids(), [next.kid], 'the old one is gone once its last token has expired')
    t.same(await retireKeys(deps, { dryRun: true }), { retired: [old] })
    t.same(await retireKeys(deps, { dryRun: false }), { retired: [old] })
    const left = await db.selectFrom('signing_keys').select('kid').execute()
    t.same(left, [{ kid: next.kid }])
    t.equal((await call(me.read, { token: renewed.accessToken })).status, 200)
  },
)

t.test('processes that start at the same time agree on one key', async (t) => {
  const { another, call, db, deps, register } = await startAccounts(t)
  await db.deleteFrom('signing_keys').execute()
  const rings = await Promise.all(
    Array.from({ length: 5 }, () => openKeyRing(db, deps.config, (error) => t.fail(String(error)))),
  )
  for (const ring of rings) ring.close()
  t.equal(new Set(rings.flatMap((ring) => ring.published().map((key) => key.kid))).size, 1)

  await deps.keys.reload()
  const second = await another()
  const { username } = await register()
  const { accessToken } = await second.logIn(username, goodPassword)
  t.equal((await call(me.read, { token: accessToken })).status, 200, 'each takes the other’s tokens')
})

t.test('the service does not start with another KEY_SECRET', async (t) => {
  const { another, db } = await startAccounts(t)
  await t.rejects(another({ KEY_SECRET: 'not the secret the keys were made with' }), {
    name: 'ConfigError',
    message: /KEY_SECRET/,
  })
  const rows = await db.selectFrom('signing_keys').selectAll().execute()
  t.notMatch(JSON.stringify(rows), /"d"/, 'nothing private is in the clear')
})

t.test(
  'both secrets can be changed during operation: both values are valid for a while, then only the new ones',
  async (t) => {
    const before = {
      KEY_SECRET: 'the key secret before the change',
      SERVICE_SECRET: 'the service secret before the change',
    }
    const after = {
      KEY_SECRET: 'the key secret after the change, 32+',
      SERVICE_SECRET: 'the service secret after the change',
    }
    const mailbox = await startMailbox(t, 'inbox')
    // Every process knows both values before any of them uses the new ones.
    const first = await startAccounts(t, {
      config: {
        ...mailbox.config,
        ...before,
        KEY_SECRET_OTHER: after.KEY_SECRET,
        SERVICE_SECRET_OTHER: after.SERVICE_SECRET,
      },
    })
    const old = await first.join()
    const { email } = old.user
    const second = await first.another({
      ...after,
      KEY_SECRET_OTHER: before.KEY_SECRET,
      SERVICE_SECRET_OTHER: before.SERVICE_SECRET,
    })
    const readMe = (process: typeof second, token: string) => process.call(me.read, { token })
    const refresh = (process: typeof second, refreshToken: string) =>
      process.call(sessions.refresh, { body: { refreshToken } })

    t.equal((await readMe(second, old.accessToken)).status, 200)
    const atSecond = await refresh(second, old.refreshToken)
    t.equal(atSecond.status, 200, 'the new process takes a token of the old one')
    t.equal((await refresh(first, atSecond.body.refreshToken)).status, 200, 'and the old one of the new')
    for (const process of [first, second]) {
      for (const secret of [before.SERVICE_SECRET, after.SERVICE_SECRET]) {
        const authorization = `Bearer ${await signServiceToken(secret, 'media', 'accounts')}`
        const answer = await process.call(toAccounts.readInitials, {
          params: { id: old.user.id },
          headers: { authorization },
        })
        t.equal(answer.status, 200)
      }
    }
    // The e-mail was written by a process that makes tokens with the old secret; for this worker the new one comes
    // first.
    const worker = await first.another({ ...after, KEY_SECRET_OTHER: before.KEY_SECRET })
    await first.work({ tokens: worker.deps.tokens })
    const { token } = await mailbox.read(first.call, email, /Confirm/)
    const verified = await second.call(emails.verify, { body: { token } })
    t.equal(verified.status, 200)

    const last = await first.another(after)
    t.equal((await last.logIn(email)).user.id, old.user.id, 'the signing keys are sealed with the new secret')
    t.equal((await readMe(last, old.accessToken)).status, 200)
    t.equal(
      (await refresh(last, old.refreshToken)).status,
      401,
      'what was made with the old secret ends with it',
    )
    const authorization = `Bearer ${await signServiceToken(before.SERVICE_SECRET, 'media', 'accounts')}`
    t.equal(
      (await last.call(toAccounts.readInitials, { params: { id: old.user.id }, headers: { authorization } }))
        .status,
      401,
    )
  },
)
