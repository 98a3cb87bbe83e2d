import { execFile } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { history, people, serviceKeys, uploads } from '@likeness/contracts/endpoints'
import { parseConfig } from '@likeness/runtime/config'
import { openCalls, startIssuer } from '@likeness/test-kit'
import { decodeProtectedHeader } from 'jose'
import t, { type Test } from 'tap'
import { MediaConfig } from '../config.js'
import { jpeg } from '../testing/pictures.js'
import { startMedia } from '../testing/start-media.js'

/** The examples that the documentation shows. */
const examples = new URL('../../../../examples/', import.meta.url)
const load = async <Module>(path: string) => (await import(new URL(path, examples).href)) as Module
type GetToken = (refused?: string) => Promise<string>

/** Media alone with the issuers of an example, for whose origin a login on this machine stands in. */
async function startWith(t: Test, name: string) {
  const file = fileURLToPath(new URL(`issuers/${name}.json`, examples))
  const { ISSUERS } = parseConfig(MediaConfig.pick({ ISSUERS: true }), { ISSUERS: file })
  const login = await startIssuer(t)
  const here = (address: string) => `${login.url}${new URL(address).pathname.replace(/\/$/, '')}`
  const theirs = new URL(ISSUERS[0]?.issuer ?? '')
  const iss = here(theirs.href)
  login.answer = ({ url = '' }, response) => {
    const isDiscovery = url.endsWith('/.well-known/openid-configuration')
    if (isDiscovery) response.end(JSON.stringify({ issuer: iss, jwks_uri: `${login.url}/jwks` }))
    return isDiscovery
  }
  // What is compared letter by letter in the file is compared letter by letter in the token.
  const config = join(t.testdir({}), 'issuers.json')
  await writeFile(config, (await readFile(file, 'utf8')).replaceAll(theirs.origin, login.url))
  const media = await startMedia(t, { config: { ACCOUNTS_URL: '', ISSUERS: config } })
  const statusOf = async (token: string) =>
    (await openCalls(media.url, { token }).call(uploads.list, {})).status
  const people = () => media.deps.db.selectFrom('people').select(['subject', 'name', 'email']).execute()
  return { login, media, iss, statusOf, people }
}

t.test('Keycloak: the audience of a mapper, and roles of the realm', async (t) => {
  const { login, media, iss, statusOf, people } = await startWith(t, 'keycloak')
  await login.addKey('rs', 'RS256')
  const token = (claims: Record<string, unknown>) =>
    login.token(
      {
        sub: 'f3b1c0de-0000-4000-8000-00000000000a',
        typ: 'Bearer',
        azp: 'shop-web',
        aud: ['likeness', 'account'],
        acr: '1',
        realm_access: { roles: ['offline_access', 'default-roles-shop'] },
        resource_access: { account: { roles: ['manage-account'] } },
        scope: 'openid profile email',
        preferred_username: 'ana',
        name: 'Ana Ray',
        email: 'ana@example.com',
        ...claims,
      },
      { kid: 'rs', iss },
    )
  t.equal(await statusOf(await token({ aud: 'account' })), 401, 'as it is without the mapper')
  const { keycloakToken } = await load<{ keycloakToken: (keycloak: object) => GetToken }>(
    'tokens/keycloak.js',
  )
  const keycloak = {
    token: await token({}),
    asked: [] as number[],
    async updateToken(seconds: number) {
      this.asked.push(seconds)
      if (seconds === -1) this.token = await token({ jti: 'another' })
    },
  }
  const getToken = keycloakToken(keycloak)
  const first = await getToken()
  t.equal(await statusOf(first), 200)
  t.equal(await statusOf(await getToken(first)), 200)
  t.not(await getToken(), first)
  t.strictSame(keycloak.asked, [30, -1, 30])
  t.match(await people(), [{ name: 'Ana Ray', email: 'ana@example.com' }])
  const desk = await token({ sub: 'desk', realm_access: { roles: ['picture-desk'] } })
  t.equal((await openCalls(media.url, { token: desk }).call(history.list, {})).status, 200)
  t.equal((await openCalls(media.url, { token: first }).call(history.list, {})).status, 403)
})

t.test('Supabase: the key set beside its issuer, and the name among the metadata', async (t) => {
  const { login, iss, statusOf, people } = await startWith(t, 'supabase')
  await login.addKey('es', 'ES256')
  const token = (claims: Record<string, unknown> = {}) =>
    login.token(
      {
        sub: '123e4567-e89b-12d3-a456-426614174000',
        aud: 'authenticated',
        role: 'authenticated',
        aal: 'aal1',
        session_id: '123e4567-e89b-12d3-a456-426614174001',
        email: 'ana@example.com',
        phone: '',
        is_anonymous: false,
        app_metadata: { provider: 'email', providers: ['email'] },
        user_metadata: { full_name: 'Ana Ray', role: 'picture-admin' },
        ...claims,
      },
      { kid: 'es', iss },
    )
  const { supabaseToken } = await load<{ supabaseToken: (supabase: object) => GetToken }>(
    'tokens/supabase.js',
  )
  let session: { access_token: string } | null = { access_token: await token() }
  const getToken = supabaseToken({
    auth: {
      getSession: async () => ({ data: { session } }),
      refreshSession: async () => {
        session = { access_token: await token({ session_id: 'another' }) }
        return { data: { session } }
      },
    },
  })
  const first = await getToken()
  t.equal(await statusOf(first), 200)
  const second = await getToken(first)
  t.not(second, first)
  t.equal(await statusOf(second), 200)
  session = null
  await t.rejects(getToken(), { message: 'Log in again.' })
  t.match(await people(), [{ name: 'Ana Ray', email: 'ana@example.com' }])
  t.equal(await statusOf(await token({ aud: 'anon', role: 'anon' })), 401)
})

t.test('Better Auth: made out to the product itself', async (t) => {
  const { login, iss, statusOf } = await startWith(t, 'better-auth')
  const claims = {
    sub: 'nKPYVB3UA4PyPTyCIdKpMNvohkqB8hE7',
    id: 'nKPYVB3UA4PyPTyCIdKpMNvohkqB8hE7',
    name: 'Ana Ray',
    email: 'ana@example.com',
    emailVerified: false,
    createdAt: '2026-11-29T12:00:00.000Z',
    aud: iss,
  }
  const { betterAuthToken } = await load<{ betterAuthToken: (client: object) => GetToken }>(
    'tokens/better-auth.js',
  )
  const data = { token: await login.token(claims, { iss }) }
  t.equal(await statusOf(await betterAuthToken({ token: async () => ({ data, error: null }) })()), 200)
  const signedOut = betterAuthToken({ token: async () => ({ data: null, error: { status: 401 } }) })
  await t.rejects(signedOut(), { message: 'Log in again.' })
})

t.test('Clerk: no audience, but the origin of the page', async (t) => {
  const { login, iss, statusOf } = await startWith(t, 'clerk')
  await login.addKey('rs', 'RS256')
  const token = (azp: string) =>
    login.token({ sub: 'user_2abc', sid: 'sess_2abc', aud: undefined, azp, v: 2 }, { kid: 'rs', iss })
  t.equal(await statusOf(await token('https://app.example.com')), 200)
  t.equal(await statusOf(await token('https://elsewhere.example.com')), 401)
})

t.test('Next.js with Auth.js: a token that the product signs', async (t) => {
  const { privateKey } = generateKeyPairSync('ed25519')
  process.env.LIKENESS_KEY = String(privateKey.export({ type: 'pkcs8', format: 'pem' })).replaceAll(
    '\n',
    '\\n',
  )
  t.teardown(() => delete process.env.LIKENESS_KEY)
  const { giveToken, giveKeys } = await load<{
    giveToken: (request: object) => Promise<Response>
    giveKeys: () => Response
  }>('nextjs/lib/likeness.js')
  const login = await startIssuer(t)
  login.answer = ({ url }, response) => {
    void giveKeys()
      .text()
      .then((keys) => response.writeHead(url === '/api/likeness/jwks' ? 200 : 404).end(keys))
    return true
  }
  const example = JSON.parse(await readFile(new URL('issuers/nextjs-authjs.json', examples), 'utf8'))
  const [{ issuer, jwksUri }] = example as [{ issuer: string; jwksUri: string }]
  // Its `iss` is written in the code of the product; only its keys are elsewhere here.
  const ISSUERS = JSON.stringify(example).replace(jwksUri, jwksUri.replace(issuer, login.url))
  const media = await startMedia(t, { config: { ACCOUNTS_URL: '', ISSUERS } })

  t.equal((await giveToken({ auth: null })).status, 401)
  const answer = await giveToken({
    auth: { user: { id: 'cm3x', name: 'Ana Ray', email: 'ana@example.com' } },
  })
  const token = await answer.text()
  t.match(decodeProtectedHeader(token), { alg: 'EdDSA' })
  t.equal((await openCalls(media.url, { token }).call(uploads.list, {})).status, 200)
  const known = await media.deps.db.selectFrom('people').select(['issuer', 'subject', 'name']).execute()
  t.match(known, [{ issuer, subject: 'cm3x', name: 'Ana Ray' }])
})

t.test('only the API: a backend gives someone a picture who was never here', async (t) => {
  const login = await startIssuer(t)
  const issuer = { alias: 'shop', issuer: login.url, audience: ['product'] }
  const media = await startMedia(t, { config: { ISSUERS: JSON.stringify([issuer]) } })
  await media.work()
  const admin = await media.person('admin')
  const scopes = ['uploads:write', 'people:write'] as const
  const { body } = await admin.call(serviceKeys.create, {
    body: { name: 'shop backend', scopes: [...scopes] },
  })
  const file = join(t.testdir({}), 'ana.jpg')
  await writeFile(file, await jpeg())
  const program = fileURLToPath(new URL('api/set-picture.mjs', examples))
  const run = (...args: string[]) =>
    promisify(execFile)(process.execPath, [program, ...args], {
      env: { LIKENESS_URL: media.url, LIKENESS_KEY: body.key },
    })
  const { stdout } = await run('auth0|ana', file)
  t.match(stdout, /^published \S+256\.webp\n$/)
  const params = { issuer: 'shop', subject: 'auth0|ana' }
  const { body: ana } = await admin.call(people.read, { params })
  t.match(stdout, ana.id)
  await t.rejects(run('auth0|ana', program), { message: /unsupported-image: / })
})
