import type { Tokens } from '@likeness/contracts'
import type { Input } from '@likeness/contracts/call'
import { me, sessions, toAccounts, users } from '@likeness/contracts/endpoints'
import { hold, waitFor } from '@likeness/test-kit'
import { decodeJwt } from 'jose'
import { sql } from 'kysely'
import t from 'tap'
import { goodPassword, startAccounts } from '../testing/start-accounts.js'

const garbage = `lkr_${'A'.repeat(70)}`

t.test('log in by username and by e-mail address, regardless of case', async (t) => {
  const { call, db, register } = await startAccounts(t)
  const { id, username, email } = await register()
  for (const login of [username, username.toUpperCase(), email, email.toUpperCase()]) {
    const { status, body, headers } = await call(sessions.logIn, { body: { login, password: goodPassword } })
    t.equal(status, 201, login)
    t.equal(headers.get('cache-control'), 'no-store')
    t.match(body, {
      accessToken: /^[\w-]+\.[\w-]+\.[\w-]+$/,
      tokenType: 'Bearer',
      expiresIn: 600,
      refreshToken: /^lkr_/,
      user: { id, username, email, role: 'user', profile: { nickname: String } },
    })
    const lifetime = Number(body.refreshExpiresIn)
    t.ok(lifetime > 29 * 86_400 && lifetime < 30 * 86_400, `${lifetime} s`)
  }
  const rows = await db.selectFrom('activities').select('type').where('user_id', '=', id).execute()
  t.same(rows.map((row) => row.type).sort(), ['login', 'login', 'login', 'login', 'registered'])
})

t.test('an unknown user and a wrong password get the same answer for the same work', async (t) => {
  const { call, db, deps, register } = await startAccounts(t)
  const { username } = await register()
  const verified = t.capture(deps.hasher, 'verify', deps.hasher.verify.bind(deps.hasher))
  const answers = []
  for (const login of [username, 'nobody-at-all', 'nobody@example.com']) {
    const { status, body } = await call(sessions.logIn, { body: { login, password: 'not the password' } })
    answers.push({ status, ...body, requestId: undefined })
  }
  t.match(answers[0], { status: 401, code: 'invalid-credentials' })
  t.same(answers[1], answers[0])
  t.same(answers[2], answers[0])
  t.equal(verified().length, 3, 'a password is verified for each')
  const failed = await db
    .selectFrom('activities')
    .select('user_id')
    .where('type', '=', 'login-failed')
    .execute()
  t.equal(failed.length, 3, 'and a row is written')
  t.equal(failed.filter((row) => row.user_id === null).length, 2)
})

t.test('a disabled account says so only to someone who knows its password', async (t) => {
  const { call, db, join } = await startAccounts(t)
  const { user, refreshToken, accessToken } = await join()
  await db.updateTable('users').set({ disabled_at: new Date() }).where('id', '=', user.id).execute()
  const wrong = await call(sessions.logIn, { body: { login: user.username, password: 'wrong' } })
  t.match([wrong.status, wrong.body.code], [401, 'invalid-credentials'])
  const right = await call(sessions.logIn, { body: { login: user.username, password: goodPassword } })
  t.match([right.status, right.body.code], [403, 'account-disabled'])
  const refreshed = await call(sessions.refresh, { body: { refreshToken } })
  t.match([refreshed.status, refreshed.body.code], [401, 'invalid-refresh-token'])
  const seen = await call(users.read, { params: { id: user.id }, token: accessToken })
  t.match([seen.status, seen.body.code], [404, 'user-not-found'])
})

t.test('a refresh token is used once and gives the next', async (t) => {
  const { call, join } = await startAccounts(t, { config: { REFRESH_GRACE_SECONDS: '0' } })
  const session = await join()
  let token = session.refreshToken
  const seen = new Set([token])
  for (let turn = 0; turn < 3; turn += 1) {
    const { status, body, headers } = await call(sessions.refresh, {
      body: { refreshToken: token },
      headers: { 'user-agent': `turn ${turn}` },
    })
    t.equal(status, 200)
    t.equal(headers.get('cache-control'), 'no-store')
    t.notOk(seen.has(body.refreshToken), 'not one it had before')
    token = body.refreshToken
    seen.add(token)
    t.equal((await call(me.read, { token: body.accessToken })).status, 200)
  }
  const listed = await call(sessions.list, { token: session.accessToken })
  t.match(listed.body.items, [{ current: true, device: 'turn 2' }])
})

t.test('20 refreshes at once get the same successor', async (t) => {
  const { call, db, join } = await startAccounts(t, { clock: 'stopped' })
  const { refreshToken, user } = await join()
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => call(sessions.refresh, { body: { refreshToken } })),
  )
  t.same(new Set(answers.map((answer) => answer.status)), new Set([200]))
  const successors = new Set(answers.map((answer) => answer.body.refreshToken))
  t.equal(successors.size, 1)
  const [successor = ''] = successors
  const next = await call(sessions.refresh, { body: { refreshToken: successor } })
  t.equal(next.status, 200)
  const rows = await db.selectFrom('sessions').select('generation').where('user_id', '=', user.id).execute()
  t.same(rows, [{ generation: 2 }])
})

t.test('a token from before the last, or after the grace, ends the whole session', async (t) => {
  const { call, db, join } = await startAccounts(t)
  const refresh = (refreshToken: string) => call(sessions.refresh, { body: { refreshToken } })

  await t.test('two generations old', async (t) => {
    const { refreshToken, user } = await join()
    const second = await refresh(refreshToken)
    const third = await refresh(second.body.refreshToken)
    const reused = await refresh(refreshToken)
    t.match([reused.status, reused.body.code], [401, 'refresh-token-reused'])
    const last = await refresh(third.body.refreshToken)
    t.match(
      [last.status, last.body.code],
      [401, 'invalid-refresh-token'],
      'the thief and the owner are both out',
    )
    const rows = await db
      .selectFrom('activities')
      .select('type')
      .where('user_id', '=', user.id)
      .where('type', '=', 'refresh-reused')
      .execute()
    t.equal(rows.length, 1)
  })

  await t.test('one generation old, after the grace', async (t) => {
    const { refreshToken, user } = await join()
    t.equal((await refresh(refreshToken)).status, 200)
    await db
      .updateTable('sessions')
      .set({ rotated_at: new Date(Date.now() - 11_000) })
      .where('user_id', '=', user.id)
      .execute()
    const reused = await refresh(refreshToken)
    t.match([reused.status, reused.body.code], [401, 'refresh-token-reused'])
    t.match((await refresh(refreshToken)).body.code, 'invalid-refresh-token')
  })

  await t.test('another session of the user stays', async (t) => {
    const { refreshToken, user } = await join()
    const other = await call(sessions.logIn, { body: { login: user.username, password: goodPassword } })
    const second = await refresh(refreshToken)
    await refresh(second.body.refreshToken)
    t.equal((await refresh(refreshToken)).status, 401)
    t.equal((await refresh(other.body.refreshToken)).status, 200)
  })
})

t.test('an invalid refresh token is refused and ends nothing', async (t) => {
  const { call, join } = await startAccounts(t)
  const { refreshToken, accessToken } = await join()
  const other = await join()
  const flip = (token: string, at: number) =>
    token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
  // The name of one session with the MAC of another: 20 bytes are not a whole number of digits, so by bytes.
  const bytes = (token: string) => Buffer.from(token.slice(4), 'base64url')
  const mixed = Buffer.concat([bytes(refreshToken).subarray(0, 20), bytes(other.refreshToken).subarray(20)])
  const forged = [
    garbage,
    'x',
    accessToken,
    flip(refreshToken, 10),
    flip(refreshToken, 40),
    refreshToken.slice(4),
  ]
  forged.push(`${refreshToken}=`, ` ${refreshToken}`, `lkr_${mixed.toString('base64url')}`, '\u0000')
  for (const token of forged) {
    const { status, body } = await call(sessions.refresh, { body: { refreshToken: token } })
    t.match([status, body.code], [401, 'invalid-refresh-token'], token)
  }
  t.equal((await call(sessions.refresh, { body: { refreshToken } })).status, 200)
})

t.test('a session slides with use and ends on its last day', async (t) => {
  const { call, db, join } = await startAccounts(t)
  const { refreshToken, user } = await join()
  const day = 86_400_000
  const shift = (set: { expires_at?: Date; last_day?: Date }) =>
    db.updateTable('sessions').set(set).where('user_id', '=', user.id).execute()

  await shift({ last_day: new Date(Date.now() + 2 * day), expires_at: new Date(Date.now() + day) })
  const used = await call(sessions.refresh, { body: { refreshToken } })
  t.ok(used.body.refreshExpiresIn > 86_400 && used.body.refreshExpiresIn <= 2 * 86_400)
  await shift({ expires_at: new Date(Date.now() - 1) })
  const late = await call(sessions.refresh, { body: { refreshToken: used.body.refreshToken } })
  t.match([late.status, late.body.code], [401, 'invalid-refresh-token'])
  const listed = await call(sessions.list, { token: used.body.accessToken })
  t.same(listed.body, { items: [], nextCursor: null })
})

t.test('list devices, and log out of this one, one or all', async (t) => {
  const { call, db, join, logIn } = await startAccounts(t)
  const here = await join()
  const there = await logIn(here.user.username)
  const stranger = await join()
  const list = async () => (await call(sessions.list, { token: here.accessToken })).body.items
  const devices = await list()
  t.equal(devices.length, 2)
  t.match(
    devices.find((session) => session.current),
    { ip: '127.0.0.1', device: String, lastUsedAt: String },
  )

  const other = { id: devices.find((session) => !session.current)?.id ?? '' }
  const foreign = await call(sessions.logOutDevice, { params: other, token: stranger.accessToken })
  t.match(
    [foreign.status, foreign.body.code],
    [404, 'session-not-found'],
    "another user's session is not disclosed",
  )
  t.equal((await call(sessions.logOutDevice, { params: other, token: here.accessToken })).status, 204)
  t.equal((await call(sessions.logOutDevice, { params: other, token: here.accessToken })).status, 404)
  const refreshed = await call(sessions.refresh, { body: { refreshToken: there.refreshToken } })
  t.equal(refreshed.body.code, 'invalid-refresh-token')
  t.match(await list(), [{ current: true }])

  t.equal((await call(sessions.logOut, { token: here.accessToken })).status, 204)
  t.equal((await call(sessions.refresh, { body: { refreshToken: here.refreshToken } })).status, 401)

  const again = await logIn(here.user.username)
  const third = await logIn(here.user.username)
  t.equal((await call(sessions.logOutEverywhere, { token: again.accessToken })).status, 204)
  for (const { refreshToken } of [again, third]) {
    t.equal((await call(sessions.refresh, { body: { refreshToken } })).status, 401)
  }
  t.equal((await call(sessions.refresh, { body: { refreshToken: stranger.refreshToken } })).status, 200)
  const rows = await db
    .selectFrom('activities')
    .select('type')
    .where('user_id', '=', here.user.id)
    .where('type', '=', 'logout')
    .execute()
  t.equal(rows.length, 4)
})

t.test('a hash with weaker parameters is replaced at the next login', async (t) => {
  const { another, call, db, register } = await startAccounts(t)
  const { id, username } = await register()
  const strong = await another({ ARGON2_MEMORY_KIB: '8192' })
  await strong.logIn(username)
  const { password_hash } = await db
    .selectFrom('users')
    .select('password_hash')
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  t.match(password_hash, /m=8192,t=1,p=1/)
  t.equal((await call(sessions.logIn, { body: { login: username, password: goodPassword } })).status, 201)
})

t.test('the refresh token can be kept in a cookie that no other site can use', async (t) => {
  const { another, call, register, url } = await startAccounts(t)
  const { username } = await register()
  const logIn = (caller: typeof call) =>
    caller(sessions.logIn, { query: { cookie: 'true' }, body: { login: username, password: goodPassword } })
  const opened = await logIn(call)
  t.equal(opened.status, 201)
  t.notOk('refreshToken' in opened.body)
  type Answered = { headers: Headers }
  const cookieOf = (answer: Answered) => answer.headers.getSetCookie()[0] ?? ''
  const accessOf = (answer: Answered) => answer.headers.getSetCookie()[1] ?? ''
  t.match(
    cookieOf(opened),
    /^__Secure-likeness-refresh=lkr_[\w-]+; Path=\/v1\/sessions; Max-Age=2\d{6}; HttpOnly; SameSite=Strict; Secure$/,
  )
  t.equal(
    accessOf(opened),
    `__Secure-likeness-access=${String(opened.body.accessToken)}; Path=/v1/uploads; Max-Age=600; HttpOnly; SameSite=Strict; Secure`,
    'with which media lets it follow uploads',
  )
  const pair = (answer: Answered) => cookieOf(answer).split(';')[0] ?? ''
  const refresh = (cookie: string, headers: Record<string, string> = {}) =>
    call(sessions.refresh, { headers: { cookie: `other=1; ${cookie}`, ...headers } })

  const foreign: Record<string, string>[] = [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: 'http://likeness.test' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ]
  for (const headers of foreign) {
    const { status, body } = await refresh(pair(opened), headers)
    t.match([status, body.code], [403, 'cross-site-request'], JSON.stringify(headers))
  }
  const own: Record<string, string>[] = [
    { origin: 'https://likeness.test', 'sec-fetch-site': 'same-origin' },
    { origin: 'https://another-name.test', 'sec-fetch-site': 'same-origin' },
    { origin: 'https://likeness.test' },
    // The host it was called by, whatever the scheme: a proxy in front terminates TLS.
    { origin: url.replace('http:', 'https:') },
  ]
  let refreshed: Pick<typeof opened, 'status' | 'headers'> & { body: { accessToken: string } } = opened
  for (const headers of own) {
    refreshed = await refresh(pair(refreshed), headers)
    t.equal(refreshed.status, 200, JSON.stringify(headers))
  }
  t.notOk('refreshToken' in refreshed.body)
  t.match(accessOf(refreshed), `=${String(refreshed.body.accessToken)};`)
  t.not(pair(refreshed), pair(opened))
  t.equal((await refresh(pair(refreshed))).status, 200)
  t.equal((await refresh('')).body.code, 'invalid-refresh-token')

  const token = String(refreshed.body.accessToken)
  const out = await call(sessions.logOut, { token })
  t.match(cookieOf(out), /^__Secure-likeness-refresh=; Path=\/v1\/sessions; Max-Age=0; HttpOnly/)
  t.match(accessOf(out), /^__Secure-likeness-access=; Path=\/v1\/uploads; Max-Age=0; HttpOnly/)
  const plain = await another({ PUBLIC_URL: 'http://localhost:8080' })
  t.match(cookieOf(await logIn(plain.call)), /^likeness-refresh=[^;]+; [^S]*HttpOnly; SameSite=Strict$/)
})

t.test('an ended session stops its access tokens, here at once and soon in other processes', async (t) => {
  const { another, asMedia, call, db, join, logIn } = await startAccounts(t)
  const second = await another()
  const here = await join()
  const there = await logIn(here.user.username)
  const status = async (caller: typeof call, token: string) => (await caller(me.read, { token })).status
  t.equal(await status(second.call, there.accessToken), 200)

  t.equal(
    (await call(sessions.logOutEverywhere, { query: { except: 'current' }, token: here.accessToken })).status,
    204,
  )
  t.equal(await status(call, there.accessToken), 401)
  t.equal(await status(call, here.accessToken), 200, 'every session but this one')
  await waitFor(async () => (await status(second.call, there.accessToken)) === 401)

  const asked = async (since?: string) =>
    (await call(toAccounts.listEndedSessions, { query: { since }, headers: await asMedia() })).body
  const ended = await asked()
  t.same(ended.sessions, [decodeJwt(there.accessToken).sid])
  for (const unknown of ['2026-05-01T00:00:00.000Z', '9999999999999999999', 'x']) {
    t.same((await asked(unknown)).sessions, ended.sessions, 'an unknown position finds all')
  }

  // A transaction that ran for long dates the endings in its rows to when it began.
  const late = await logIn(here.user.username)
  const { sid } = decodeJwt<{ sid: string }>(late.accessToken)
  const held = await hold(db)
  const began = new Date(Date.now() - 60_000)
  await held.trx
    .updateTable('sessions')
    .set({ ended_at: began, end_reason: 'logout' })
    .where('id', '=', sid)
    .execute()
  const before = await asked()
  t.notOk(before.sessions.includes(sid))
  const meanwhile = await asked(before.until)
  await held.release()
  t.ok((await asked(meanwhile.until)).sessions.includes(sid))
  await waitFor(async () => (await status(second.call, late.accessToken)) === 401)
  t.equal((await call(toAccounts.listEndedSessions, { token: here.accessToken })).status, 401)
})

t.test('refreshes are limited per session', async (t) => {
  const { call, join } = await startAccounts(t, {
    clock: 'stopped',
    config: { REFRESHES_PER_MINUTE: '3' },
  })
  const [one, two] = [await join(), await join()]
  const refresh = async (refreshToken: string) =>
    (await call(sessions.refresh, { body: { refreshToken } })).status
  for (const status of [200, 200, 200, 429]) t.equal(await refresh(one.refreshToken), status)
  t.equal(await refresh(two.refreshToken), 200)
})

t.test('refreshes of one moment share statements, and nobody waits or fails for another', async (t) => {
  const { call, db, join } = await startAccounts(t, {
    clock: 'stopped',
    config: { REFRESHES_PER_MINUTE: '4' },
  })
  const people = await Promise.all(Array.from({ length: 12 }, () => join()))
  const [first, ...others] = people.map(({ refreshToken }) => refreshToken)
  const refresh = (refreshToken = '') => call(sessions.refresh, { body: { refreshToken } })
  const statusOf = async (answer: ReturnType<typeof refresh>) => (await answer).status
  const transactions = async () =>
    (await db.selectFrom('sessions').select(sql<string>`xmin`.as('by')).distinct().execute()).length

  // A session that another transaction has; those who come meanwhile go together.
  const held = await hold(db)
  await held.trx
    .selectFrom('sessions')
    .select('id')
    .where('id', '=', String(decodeJwt(people[0]?.accessToken ?? '').sid))
    .forNoKeyUpdate()
    .execute()
  const [waiting, ...answers] = [first, ...others, ...others].map(refresh)
  t.same(
    (await Promise.all(answers)).map(({ status }) => status),
    Array(22).fill(200),
  )
  t.same(
    (await Promise.all(answers.slice(0, 11))).map(({ body }) => body.refreshToken),
    (await Promise.all(answers.slice(11))).map(({ body }) => body.refreshToken),
    'who asked twice at once has one successor',
  )
  t.ok((await transactions()) < people.length, 'several were rotated by one transaction')
  await held.release()
  t.equal((await waiting)?.status, 200)

  // Two attempts of each are counted. One more person's fifth is refused beside the third of the others.
  const [again, ...now] = (await Promise.all(answers.slice(0, 11))).map(({ body }) => body.refreshToken)
  t.same([await statusOf(refresh(again)), await statusOf(refresh(again))], [200, 200])
  t.same(await Promise.all([again, ...now].map((token) => statusOf(refresh(token)))), [
    429,
    ...Array(10).fill(200),
  ])
})

t.test('sessions are paged, and new ones move none to another page', async (t) => {
  const { call, join, logIn } = await startAccounts(t)
  const first = await join()
  const { accessToken: token } = first
  const [second, third] = [await logIn(first.user.username), await logIn(first.user.username)]
  const idOf = ({ accessToken }: Tokens) => decodeJwt(accessToken).sid
  const ask = async (query: Input<typeof sessions.list>['query']) => {
    const { body, headers } = await call(sessions.list, { query, token })
    return { ids: body.items.map(({ id }) => id), next: body.nextCursor, link: headers.get('link') }
  }
  const page = await ask({ limit: 1 })
  t.same(page.ids, [idOf(third)])
  t.match(page.link, /^<\/v1\/sessions\?limit=1&cursor=[\w-]+>; rel="next"$/)
  const fourth = await logIn(first.user.username)
  await call(sessions.refresh, { body: { refreshToken: first.refreshToken } })
  t.match(await ask({ limit: 2, cursor: page.next ?? '' }), {
    ids: [idOf(second), idOf(first)],
    next: null,
    link: null,
  })
  t.equal((await ask({})).ids[0], idOf(fourth))
})
