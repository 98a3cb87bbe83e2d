import t from 'tap'
import { goodPassword, startAccounts } from '../testing/start-accounts.js'

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

t.test('one client is one count, however proxies write its address', async (t) => {
  const { call, logIn, register } = await startAccounts(t, {
    config: { RATE_LIMIT_PER_IP: 'on', LOGINS_PER_MINUTE_PER_IP: '1', TRUST_PROXY: '127.0.0.1, 10.0.0.0/8' },
  })
  let turn = 0
  const guess = async (forwarded: string) => {
    const body = { login: `nobody-${++turn}`, password: wrong }
    return (await call('POST', '/v1/sessions', { body, headers: { 'x-forwarded-for': forwarded } })).status
  }
  for (const [first, ...same] of [
    ['203.0.113.7:1024', '203.0.113.7:1025', '203.0.113.7', '::ffff:203.0.113.7', '[::ffff:cb00:7107]:80'],
    ['2001:db8:0:1::1', '[2001:db8:0:1:ffff::2]:443', '2001:DB8:0:1::3%eth0', '"[2001:db8:0:1:0::9]:1"'],
    ['2001:db8:0:2::1'],
    // The proxy nearest to a client it hides stands for its clients, itself alone, with a port or without.
    ['unknown, 10.0.0.7', '_hidden, 10.0.0.7:4711', ', 10.0.0.7', '256.1.1.1, 10.0.0.7'],
    ['unknown, 10.0.0.8:4711'],
    ['198.51.100.9:1, 10.0.0.7:4711', '198.51.100.9'],
    // What a client says of itself stands before what the proxies saw.
    ['192.0.2.1, 192.0.2.44', '192.0.2.2, 192.0.2.44:5'],
  ] as const) {
    t.equal(await guess(first), 401, first)
    for (const spelling of same) t.equal(await guess(spelling), 429, spelling)
  }

  const { username } = await register()
  const body = { login: username, password: goodPassword }
  const headers = { 'x-forwarded-for': '[2001:DB8:0:3::7%eth0]:4711' }
  t.equal((await call('POST', '/v1/sessions', { body, headers })).status, 201)
  const { accessToken: token } = await logIn(username)
  t.match((await call('GET', '/v1/sessions', { token })).body, { items: [{}, { ip: '2001:db8:0:3::7' }] })
  t.match((await call('GET', '/v1/me/activity?type=login', { token })).body, {
    items: [{ ip: '127.0.0.1' }, { ip: '2001:db8:0:3::7' }],
  })
})

t.test('RATE_LIMIT_PER_IP=off lifts the limits per address alone', async (t) => {
  const { call } = await startAccounts(t, {
    config: { LOGINS_PER_MINUTE_PER_IP: '1', REGISTRATIONS_PER_HOUR_PER_IP: '1', LOGINS_PER_MINUTE: '2' },
  })
  const guess = async (login: string) =>
    (await call('POST', '/v1/sessions', { body: { login, password: wrong } })).status
  t.same([await guess('one'), await guess('two'), await guess('three')], [401, 401, 401])
  t.same([await guess('one'), await guess('one')], [401, 429])
})
