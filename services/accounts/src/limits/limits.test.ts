import t from 'tap'
import { goodPassword, startAccounts } from '../testing/start-accounts.js'
import { addressOf } from './limits.js'

const wrong = 'not the password at all'
const byNumber = (a: number, b: number) => a - b

t.test('five logins a minute per account, whichever name and process, known or not', async (t) => {
  const { another, call, register } = await startAccounts(t)
  const second = await another()
  const { username, email } = await register()
  const guess = (login: string, turn: number) =>
    (turn % 2 ? second.call : call)('POST', '/v1/sessions', { body: { login, password: wrong } })

  for (const login of [username, 'nobody-here']) {
    const answers = await Promise.all(Array.from({ length: 9 }, (_, turn) => guess(login, turn)))
    t.same(
      answers.map((answer) => answer.status).sort(byNumber),
      [401, 401, 401, 401, 401, 429, 429, 429, 429],
      login,
    )
    const limited = answers.find((answer) => answer.status === 429)
    t.equal(limited?.body.code, 'rate-limited')
    const wait = Number(limited?.headers.get('retry-after'))
    t.ok(wait > 50 && wait <= 60)
    t.equal(limited?.headers.get('ratelimit-policy'), '"login-minute";q=5;w=60, "login-hour";q=100;w=3600')
    t.match(limited?.headers.get('ratelimit'), /^"login-minute";r=0;t=\d+, "login-hour";r=9\d;t=3600$/)
  }
  const right = { login: email, password: goodPassword }
  t.equal((await call('POST', '/v1/sessions', { body: right })).status, 429, 'the right password waits too')
})

t.test('logging in forgives the minute, not the hour', async (t) => {
  const { call, db, logIn, register } = await startAccounts(t, {
    config: { LOGINS_PER_MINUTE: '3', LOGINS_PER_HOUR: '5' },
  })
  const { username } = await register()
  const guess = async () =>
    (await call('POST', '/v1/sessions', { body: { login: username, password: wrong } })).status
  t.same([await guess(), await guess()], [401, 401])
  await logIn(username)
  t.same([await guess(), await guess()], [401, 401])
  await logIn(username)
  t.same([await guess(), await guess()], [401, 429], 'five failures in this hour')
  await db
    .updateTable('attempts')
    .set({ resets_at: new Date(Date.now() - 1) })
    .execute()
  await logIn(username)
})

t.test('twenty logins a minute per address, believed from a trusted proxy only', async (t) => {
  const config = { RATE_LIMIT_PER_IP: 'on' }
  const { another, call } = await startAccounts(t, { config })
  const guess = (caller: typeof call, ip: string, turn: number) =>
    caller('POST', '/v1/sessions', {
      body: { login: `nobody-${ip}-${turn}`.replaceAll(':', '_'), password: wrong },
      headers: { 'x-forwarded-for': ip },
    })
  for (let turn = 0; turn < 20; turn += 1) t.equal((await guess(call, '203.0.113.1', turn)).status, 401)
  const limited = await guess(call, '203.0.113.1', 20)
  t.equal(limited.status, 429)
  t.match(limited.headers.get('ratelimit'), /"login-address";r=0;t=\d+/)
  t.equal((await guess(call, '203.0.113.2', 0)).status, 401, 'another address')

  const untrusting = await another({ TRUST_PROXY: '' })
  for (let turn = 0; turn < 20; turn += 1) {
    t.equal((await guess(untrusting.call, `198.51.100.${turn}`, turn)).status, 401)
  }
  t.equal((await guess(untrusting.call, '198.51.100.99', 99)).status, 429, 'a made-up header changes nothing')
})

t.test('ten registrations an hour per address, a whole /64 counting as one', async (t) => {
  const { call } = await startAccounts(t, {
    config: { RATE_LIMIT_PER_IP: 'on', REGISTRATIONS_PER_HOUR_PER_IP: '2' },
  })
  const register = async (ip: string, name: string) =>
    (
      await call('POST', '/v1/users', {
        body: { username: name, email: `${name}@example.com`, password: goodPassword },
        headers: { 'x-forwarded-for': ip },
      })
    ).status
  t.equal(await register('2001:db8:0:1::1', 'first'), 201)
  t.equal(await register('2001:db8:0:1:ffff::2', 'second'), 201)
  t.equal(await register('2001:db8:0:1::3', 'third'), 429)
  t.equal(await register('2001:db8:0:2::3', 'fourth'), 201)
})

t.test('whose attempts an address counts as', async (t) => {
  const on = (ip: string) => addressOf({ RATE_LIMIT_PER_IP: 'on' }, ip)
  t.equal(on('203.0.113.7'), '203.0.113.7')
  t.equal(on('::ffff:203.0.113.7'), '203.0.113.7')
  t.equal(on('2001:DB8::1'), '2001:db8:0:0')
  t.equal(on('2001:0db8:0000:0000:1:2:3:4'), '2001:db8:0:0')
  t.equal(on('fe80::1%eth0'), 'fe80:0:0:0')
  t.equal(on('::1'), '0:0:0:0')
  t.equal(addressOf({ RATE_LIMIT_PER_IP: 'off' }, '203.0.113.7'), undefined)
})
