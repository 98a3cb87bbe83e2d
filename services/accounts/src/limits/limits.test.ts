import { emails, me, sessions, users } from '@likeness/contracts/endpoints'
import t from 'tap'
import type { MailKind } from '../database/mails.table.js'
import { goodPassword, startAccounts } from '../testing/start-accounts.js'

const wrong = 'not the password at all'
const byNumber = (a: number, b: number) => a - b

/** Accounts whose windows end only when the test says so. */
const startStopped: typeof startAccounts = (t, options) => startAccounts(t, { ...options, clock: 'stopped' })

/** The status, or for a refusal each limit that is used up. */
const outcome = ({ status, headers }: { status: number; headers: Headers }) =>
  status === 429
    ? headers
        .get('ratelimit')
        ?.match(/[\w-]+(?=";r=0)/g)
        ?.join()
    : status

t.test('five logins a minute per account, across names and processes, known or not', async (t) => {
  const { another, call, register } = await startStopped(t)
  const second = await another()
  const { username, email } = await register()
  const guess = (login: string, turn: number) =>
    (turn % 2 ? second.call : call)(sessions.logIn, { body: { login, password: wrong } })

  for (const login of [username, 'nobody-here']) {
    const answers = await Promise.all(Array.from({ length: 9 }, (_, turn) => guess(login, turn)))
    t.same(
      answers.map((answer) => answer.status).sort(byNumber),
      [401, 401, 401, 401, 401, 429, 429, 429, 429],
      login,
    )
    const limited = answers.find((answer) => answer.status === 429)
    t.equal(limited?.body.code, 'rate-limited')
    t.equal(limited?.headers.get('retry-after'), '60')
    t.equal(limited?.headers.get('ratelimit-policy'), '"login-minute";q=5;w=60, "login-hour";q=100;w=3600')
    t.match(limited?.headers.get('ratelimit'), /^"login-minute";r=0;t=60, "login-hour";r=9\d;t=3600$/)
  }
  const right = { login: email, password: goodPassword }
  t.equal((await call(sessions.logIn, { body: right })).status, 429, 'the right password has to wait too')
})

t.test('logging in clears the minute, not the hour', async (t) => {
  const { call, logIn, pass, register } = await startStopped(t, {
    config: { LOGINS_PER_MINUTE: '3', LOGINS_PER_HOUR: '5' },
  })
  const { username } = await register()
  const guess = async () =>
    (await call(sessions.logIn, { body: { login: username, password: wrong } })).status
  t.same([await guess(), await guess()], [401, 401])
  await logIn(username)
  t.same([await guess(), await guess()], [401, 401])
  await logIn(username)
  t.same([await guess(), await guess()], [401, 429], 'five failures in this hour')
  await pass(3_600)
  await logIn(username)
})

t.test('twenty logins a minute per address, which only a trusted proxy may name', async (t) => {
  const config = { RATE_LIMIT_PER_IP: 'on' }
  const { another, call } = await startStopped(t, { config })
  const guess = (caller: typeof call, ip: string, turn: number) =>
    caller(sessions.logIn, {
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

t.test('ten registrations an hour per address, with a whole /64 counting as one', async (t) => {
  const { call } = await startStopped(t, {
    config: { RATE_LIMIT_PER_IP: 'on', REGISTRATIONS_PER_HOUR_PER_IP: '2' },
  })
  const register = async (ip: string, name: string) =>
    (
      await call(users.register, {
        body: { username: name, email: `${name}@example.com`, password: goodPassword },
        headers: { 'x-forwarded-for': ip },
      })
    ).status
  t.equal(await register('2001:db8:0:1::1', 'first'), 201)
  t.equal(await register('2001:db8:0:1:ffff::2', 'second'), 201)
  t.equal(await register('2001:db8:0:1::3', 'third'), 429)
  t.equal(await register('2001:db8:0:2::3', 'fourth'), 201)
})

t.test('refused registrations do not count as accounts; attempts have a limit of their own', async (t) => {
  const { call, pass, register } = await startStopped(t, {
    config: {
      RATE_LIMIT_PER_IP: 'on',
      REGISTRATIONS_PER_HOUR_PER_IP: '2',
      REGISTRATION_ATTEMPTS_PER_HOUR_PER_IP: '9',
    },
  })
  const taken = await register()
  let turn = 0
  const from = async (more: Record<string, string> = {}) => {
    const username = `from-here-${++turn}`
    const body = { username, email: `${username}@example.com`, password: goodPassword, ...more }
    const headers = { 'x-forwarded-for': '203.0.113.20' }
    return outcome(await call(users.register, { body, headers }))
  }
  t.equal(await from({ password: 'short' }), 422)
  t.equal(await from({ password: 'password1234' }), 422)
  t.equal(await from({ group: 'staff' }), 400)
  t.equal(await from({ username: taken.username }), 409)
  t.equal(await from({ email: taken.email }), 409)
  t.equal(await from(), 201)
  t.equal(await from(), 201)
  t.match(await from(), /register-address/)
  t.equal(await from({ password: 'short' }), 422, 'counts as an attempt')
  t.match(await from({ password: 'short' }), /register-attempts/)
  await pass(3_600)
  t.equal(await from(), 201)
})

t.test('e-mails to strangers are counted per requester, per network address and per recipient', async (t) => {
  const { call, db, join, pass } = await startStopped(t, {
    config: {
      RATE_LIMIT_PER_IP: 'on',
      MAILS_PER_HOUR: '3',
      MAILS_PER_HOUR_PER_RECIPIENT: '2',
      MAILS_PER_HOUR_PER_IP: '5',
      REGISTRATIONS_PER_HOUR_PER_IP: '100',
    },
  })
  const mailsOf = async (kind: MailKind) =>
    (await db.selectFrom('mails').select('id').where('kind', '=', kind).execute()).length
  const people = [await join(), await join(), await join(), await join()]
  await pass(3_600)
  const change = async (who: number, email: string, ip: string) =>
    outcome(
      await call(me.changeEmail, {
        body: { email, currentPassword: goodPassword },
        token: people[who]?.accessToken ?? '',
        headers: { 'x-forwarded-for': ip },
      }),
    )
  const answers = []
  for (let turn = 0; turn < 5; turn += 1) {
    answers.push(await change(0, `stranger-${turn}@example.com`, `203.0.113.${turn}`))
  }
  t.match(answers, [202, 202, 202, /mail-person/, /mail-person/])
  t.equal(await mailsOf('change-email'), 3)

  t.equal(await change(1, 'victim@example.com', '203.0.113.30'), 202)
  await pass(60)
  t.equal(await change(2, 'Victim@example.com', '203.0.113.31'), 202)
  await pass(60)
  t.match(await change(3, 'victim@example.com', '203.0.113.32'), /mail-recipient/)

  const here = '203.0.113.40'
  t.same([await change(1, 'one@example.com', here), await change(2, 'two@example.com', here)], [202, 202])
  const from = { headers: { 'x-forwarded-for': here } }
  const reset = { body: { email: 'three@example.com' } }
  t.equal(outcome(await call(emails.requestReset, { ...from, ...reset })), 202)
  t.equal(outcome(await call(emails.resendVerification, { ...from, ...reset })), 202)
  const register = async (name: string) =>
    outcome(
      await call(users.register, {
        body: { username: name, email: `${name}@example.com`, password: goodPassword },
        ...from,
      }),
    )
  t.match([await register('tom'), await register('tim')], [201, /mail-address/])
  t.match(await change(3, 'four@example.com', here), /mail-address/)
  t.equal(
    await change(3, 'five@example.com', '203.0.113.41'),
    202,
    'an attempt that one limit refused counts under no other',
  )
})

t.test('someone who knows a password cannot flood its owner with notices', async (t) => {
  const { call, db, register, pass } = await startStopped(t, { config: { NOTICES_PER_HOUR: '2' } })
  const { username } = await register()
  const logInAs = async (agent: string) =>
    (
      await call(sessions.logIn, {
        body: { login: username, password: goodPassword },
        headers: { 'user-agent': agent },
      })
    ).status
  const notices = () => db.selectFrom('mails').select('id').where('kind', '=', 'new-device').execute()
  for (const agent of ['a', 'b', 'c', 'd', 'e']) t.equal(await logInAs(agent), 201)
  t.equal((await notices()).length, 2)
  await pass(3_600)
  t.equal(await logInAs('f'), 201)
  t.equal((await notices()).length, 3)
})

t.test('guessing by others does not lock out a device that was logged in', async (t) => {
  const { call, pass, register } = await startStopped(t, {
    config: { RATE_LIMIT_PER_IP: 'on', LOGINS_PER_MINUTE: '3' },
  })
  const { username } = await register()
  const other = await register()
  const attempt = (body: object, headers: Record<string, string> = {}) =>
    call(sessions.logIn, { body: { login: username, password: goodPassword, ...body }, headers })
  const cookieOf = (answer: { headers: Headers }) =>
    answer.headers.getSetCookie().find((cookie) => cookie.includes('likeness-device=')) ?? ''
  const sentBack = (cookie: string) => ({ cookie: cookie.split(';')[0] ?? '' })
  const first = await attempt({})
  const kept = cookieOf(first)
  t.match(kept, /; Path=\/v1\/sessions; Max-Age=15552000; HttpOnly; SameSite=Strict; Secure$/)
  t.notMatch(kept, first.body.user.id)
  const { accessToken, refreshToken } = first.body
  const afar = { 'x-forwarded-for': '203.0.113.66' }
  const underAttack = async () => {
    for (let turn = 0; turn < 3; turn += 1) await attempt({ password: wrong }, afar)
    t.equal((await attempt({ password: wrong }, afar)).status, 429)
    t.equal((await attempt({}, { 'x-forwarded-for': '203.0.113.67' })).status, 429, 'a new device waits')
  }
  await underAttack()
  const known = await attempt({}, sentBack(kept))
  t.equal(known.status, 201, 'by its cookie')
  t.equal((await attempt({ refreshToken })).status, 201, 'by its session')
  t.equal((await attempt({}, { authorization: `Bearer ${accessToken}` })).status, 201, 'by its access token')
  t.equal((await attempt({}, { authorization: 'Bearer forged' })).status, 429)
  t.equal((await attempt({ refreshToken: `${refreshToken.slice(0, -3)}AAA` })).status, 429)
  t.equal((await attempt({}, { cookie: `${sentBack(kept).cookie.slice(0, -3)}AAA` })).status, 429)

  // Another account has logged in there since: the device is known to both, and each token to its account alone.
  const two = cookieOf(await attempt({ login: other.username }, sentBack(cookieOf(known))))
  t.equal((await attempt({}, sentBack(two))).status, 201)
  const alone = cookieOf(await attempt({ login: other.username }))
  t.equal((await attempt({}, sentBack(alone))).status, 429, 'the token belongs to another account')

  t.equal(outcome(await attempt({ password: wrong }, sentBack(kept))), 401)
  t.equal(outcome(await attempt({ password: wrong }, sentBack(kept))), 401)
  t.equal(outcome(await attempt({ password: wrong }, sentBack(kept))), 401)
  t.match(outcome(await attempt({}, sentBack(kept))), /device-minute/, 'a limit of its own')
  await pass(60)
  await underAttack()
  t.equal((await attempt({}, sentBack(kept))).status, 201)

  // The owner is signed in and can act meanwhile. A new password ends the tokens devices had with the old one.
  const password = 'another-plum-velocity-47'
  const changed = await call(me.changePassword, {
    body: { currentPassword: goodPassword, password },
    token: accessToken,
    headers: sentBack(kept),
  })
  t.equal(changed.status, 204)
  t.equal((await attempt({ password }, sentBack(kept))).status, 429)
  t.equal((await attempt({ password }, sentBack(cookieOf(changed)))).status, 201)
})

t.test('a client has one count, however proxies write its address', async (t) => {
  const { call, logIn, register } = await startStopped(t, {
    config: { RATE_LIMIT_PER_IP: 'on', LOGINS_PER_MINUTE_PER_IP: '1', TRUST_PROXY: '127.0.0.1, 10.0.0.0/8' },
  })
  let turn = 0
  const guess = async (forwarded: string) => {
    const body = { login: `nobody-${++turn}`, password: wrong }
    return (await call(sessions.logIn, { body, headers: { 'x-forwarded-for': forwarded } })).status
  }
  for (const [first, ...same] of [
    ['203.0.113.7:1024', '203.0.113.7:1025', '203.0.113.7', '::ffff:203.0.113.7', '[::ffff:cb00:7107]:80'],
    ['2001:db8:0:1::1', '[2001:db8:0:1:ffff::2]:443', '2001:DB8:0:1::3%eth0', '"[2001:db8:0:1:0::9]:1"'],
    ['2001:db8:0:2::1'],
    // A proxy that hides its clients counts as all of them, with a port or without.
    ['unknown, 10.0.0.7', '_hidden, 10.0.0.7:4711', ', 10.0.0.7', '256.1.1.1, 10.0.0.7'],
    ['unknown, 10.0.0.8:4711'],
    ['198.51.100.9:1, 10.0.0.7:4711', '198.51.100.9'],
    // The address a client claims comes before the ones the proxies saw.
    ['192.0.2.1, 192.0.2.44', '192.0.2.2, 192.0.2.44:5'],
  ] as const) {
    t.equal(await guess(first), 401, first)
    for (const spelling of same) t.equal(await guess(spelling), 429, spelling)
  }

  const { username } = await register()
  const body = { login: username, password: goodPassword }
  const headers = { 'x-forwarded-for': '[2001:DB8:0:3::7%eth0]:4711' }
  t.equal((await call(sessions.logIn, { body, headers })).status, 201)
  const { accessToken: token } = await logIn(username)
  t.match((await call(sessions.list, { token })).body, { items: [{}, { ip: '2001:db8:0:3::7' }] })
  t.match((await call(me.listActivity, { query: { type: 'login' }, token })).body, {
    items: [{ ip: '127.0.0.1' }, { ip: '2001:db8:0:3::7' }],
  })
})

t.test('RATE_LIMIT_PER_IP=off lifts only the limits per address', async (t) => {
  const { call } = await startStopped(t, {
    config: { LOGINS_PER_MINUTE_PER_IP: '1', REGISTRATIONS_PER_HOUR_PER_IP: '1', LOGINS_PER_MINUTE: '2' },
  })
  const guess = async (login: string) =>
    (await call(sessions.logIn, { body: { login, password: wrong } })).status
  t.same([await guess('one'), await guess('two'), await guess('three')], [401, 401, 401])
  t.same([await guess('one'), await guess('one')], [401, 429])
})
