import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { addressOf, fieldFaults } from '@likeness/contracts'
import { me, sessions, users } from '@likeness/contracts/endpoints'
import { assertRefusals, type OpenApi, wrongRequests } from '@likeness/test-kit'
import t from 'tap'
import { runCli } from './testing/run-cli.js'
import { goodPassword, startAccounts } from './testing/start-accounts.js'

t.test('every route names all faults at once, in plain words in either language', async (t) => {
  const { send, db, logIn, register } = await startAccounts(t)
  const { id, username } = await register()
  await db.updateTable('users').set({ role: 'admin' }).where('id', '=', id).execute()
  const { accessToken: token } = await logIn(username)
  const document = (await send<OpenApi>('GET', '/openapi.json')).body
  const requests = wrongRequests(document)
  t.ok(requests.length > 40, `${requests.length} requests`)
  await assertRefusals(t, requests, ({ method, path, headers, body }, language) =>
    send(method, path, {
      token,
      headers: { ...headers, 'accept-language': language },
      ...(body === undefined ? {} : { body }),
    }),
  )
})

t.test('a registration with faults everywhere gets one answer', async (t) => {
  const { call, join, send } = await startAccounts(t)
  const profile = {
    phoneNumber: '12',
    birthDate: '1850-01-01',
    githubUrl: 'https://example.org',
    custom: { businessName: '', vatNumber: 'x', isAdmin: true },
    shoeSize: 44,
  }
  const body = {
    username: 'a',
    email: 'x',
    password: 'short',
    passwordConfirmation: 'other',
    group: 'vendor',
    profile,
  }
  const told = await send('POST', addressOf(users.register, { query: { ref: 7 } }), { body })
  const codes = (errors: readonly { path: string; code: string }[] = []) =>
    errors.map(({ path, code }) => `${path} ${code}`).toSorted()
  t.match([told.status, told.body.code], [400, 'validation-failed'])
  t.same(codes(told.body.errors), [
    'email not-an-email',
    'password too-common',
    'password too-easy-to-guess',
    'password too-short',
    'passwordConfirmation not-the-same',
    'profile.birthDate not-a-birth-date',
    'profile.custom.businessName empty',
    'profile.custom.isAdmin unknown-field',
    'profile.custom.vatNumber wrong-form',
    'profile.githubUrl not-on-site',
    'profile.phoneNumber not-a-phone-number',
    'profile.shoeSize unknown-field',
    'ref unknown-parameter',
    'username not-a-username',
  ])
  const { accessToken: token } = await join()
  const headers = { 'accept-language': 'fr', 'if-match': 'x' }
  const patched = await send('PATCH', me.patch.path, { body: { username: 'a', profile }, headers, token })
  t.match(patched.body.errors?.map(({ message }) => message).toSorted(), [
    'doit comporter de 3 à 32 lettres de a à z, chiffres, points, tirets bas ou traits d’union, avec une lettre ou un chiffre au début et à la fin',
    'doit être * ou ce qui a été vu, entre guillemets droits, comme "17"',
    'doit être un numéro de téléphone valide',
    'doit être une adresse https:// sur github.com',
    'ne doit être ni dans le futur ni remonter à plus de 130 ans',
    'n’est pas un champ connu',
    'n’est pas un champ connu',
    'n’est pas un champ connu',
    'n’est pas un champ connu',
  ])
  const confirmed = { username: 'somebody', email: 'somebody@example.com', password: goodPassword }
  const only = await call(users.register, { body: { ...confirmed, passwordConfirmation: 'other' } })
  t.same(only.body.errors, [
    { path: 'passwordConfirmation', code: 'not-the-same', message: 'must be the same as password' },
  ])
})

t.test('unexpected bodies are refused, empty ones count as none', async (t) => {
  const { join, send, url } = await startAccounts(t)
  const { accessToken: token } = await join()
  const path = addressOf(sessions.logOutEverywhere, { query: { except: 'current' } })
  const logOut = (body: unknown) => send('DELETE', path, { token, body })
  t.match(await logOut({ everywhere: true }), {
    status: 400,
    body: { errors: [{ path: 'everywhere', code: 'unknown-field' }] },
  })
  t.match(await logOut([1]), { status: 400, body: { errors: [{ path: '', code: 'unexpected-body' }] } })
  t.equal((await logOut({})).status, 204)
  t.equal((await logOut('')).status, 204)
  const status = await new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, 'content-length': 7 }
    request(`${url}${me.read.path}`, { headers }, (answer) => resolve(answer.resume().statusCode))
      .on('error', reject)
      .end('{"a":1}')
  })
  t.equal(status, 400, 'a GET with a body too')
})

t.test('the command line uses the same words', async (t) => {
  const { env } = await startAccounts(t)
  const results = await Promise.all([
    runCli(env, 'list', '--limit', 'x', '--role', 'root'),
    runCli(env, 'create-admin', '--email', 'nobody'),
    runCli(env, 'create-admin', '--email', 'root@example.com', '--username', '-'),
    runCli({ ...env, EMAIL_VERIFICATION: 'sometimes' }, 'requeue-stuck'),
  ])
  t.match(results, [
    { status: 2, stderr: /^error: limit must be a number; role must be one of: user, manager, admin/ },
    { status: 1, stderr: /^the address nobody must be an e-mail address/ },
    { status: 1, stderr: /^the username must be 3 to 32 letters/ },
    { status: 1, stderr: /EMAIL_VERIFICATION: must be one of: mandatory, optional, off/ },
  ])
})

t.test('docs/api-policy.md lists every code', async (t) => {
  const policy = readFileSync(new URL('../../../docs/api-policy.md', import.meta.url), 'utf8')
  const listed = [...policy.matchAll(/^\| `([a-z0-9-]+)` +\|/gm)].map(([, code]) => code)
  t.strictSame(listed, Object.keys(fieldFaults))
})
