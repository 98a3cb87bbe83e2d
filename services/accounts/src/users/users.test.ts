import { me, sessions, users } from '@likeness/contracts/endpoints'
import t from 'tap'
import { goodPassword, startAccounts } from '../testing/start-accounts.js'

t.test('register and read the user', async (t) => {
  const { call, db, join, logIn } = await startAccounts(t)
  const { status, body } = await call(users.register, {
    body: {
      username: 'Ada.L',
      email: ' Ada@Example.com ',
      password: goodPassword,
      passwordConfirmation: goodPassword,
    },
    headers: { 'user-agent': 'a browser', 'x-forwarded-for': '203.0.113.9' },
  })
  t.equal(status, 201)
  t.match(body, {
    id: /^[0-9a-f-]{36}$/,
    username: 'Ada.L',
    email: 'Ada@Example.com',
    emailVerified: false,
    emailVerification: 'sent',
    role: 'user',
    group: 'customer',
    profile: {
      nickname: /^[A-Z][a-z]+ [A-Z][a-z]+ \d{4}$/,
      firstName: null,
      age: null,
      isProfessional: false,
    },
    avatar: null,
  })
  t.notMatch(JSON.stringify(body), /password|hash|key/i)

  const { accessToken } = await logIn('ada.l')
  const feed = await call(me.listActivity, { token: accessToken })
  t.match(feed.body.items.at(-1), {
    type: 'registered',
    ip: '203.0.113.9',
    userAgent: 'a browser',
    details: {},
  })

  const stranger = await join()
  const shown = await call(users.read, { params: { id: body.id }, token: stranger.accessToken })
  t.same(Object.keys(shown.body).sort(), ['avatar', 'id', 'profile', 'username'])
  t.notMatch(JSON.stringify(shown.body), /example\.com/i)
  const { password_hash } = await db
    .selectFrom('users')
    .select('password_hash')
    .where('id', '=', body.id)
    .executeTakeFirstOrThrow()
  t.match(password_hash, /^\$argon2id\$v=19\$m=7168,t=1,p=1\$/)
})

t.test('one account per name and address, regardless of case', async (t) => {
  const { call, register } = await startAccounts(t)
  const { username, email } = await register()
  const taken = async (body: { username: string; email: string }) =>
    (await call(users.register, { body: { password: goodPassword, ...body } })).body
  t.match(await taken({ username: username.toUpperCase(), email: 'x1@example.com' }), {
    status: 409,
    code: 'username-taken',
  })
  t.match(await taken({ username: 'someone', email: email.toUpperCase() }), {
    status: 409,
    code: 'email-taken',
  })
})

t.test('20 registrations of one name at once make one account', async (t) => {
  const { call, db } = await startAccounts(t)
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, turn) =>
      call(users.register, {
        body: {
          username: turn % 2 ? 'Parallel' : 'parallel',
          email: `p${turn}@example.com`,
          password: goodPassword,
        },
      }),
    ),
  )
  t.same(
    answers.map((answer) => answer.status).sort((a, b) => a - b),
    [201, ...Array.from({ length: 19 }, () => 409)],
  )
  t.ok(answers.every((answer) => answer.status === 201 || answer.body.code === 'username-taken'))
  const rows = await db
    .selectFrom('users')
    .innerJoin('profiles', 'user_id', 'users.id')
    .select('id')
    .execute()
  t.equal(rows.length, 1)
})

t.test('a weak password is refused, naming each rule it breaks', async (t) => {
  const { call } = await startAccounts(t)
  const owner = { username: 'marguerite', email: 'marguerite.delacroix@example.com' }
  const rules = async (password: string) => {
    const { status, body } = await call(users.register, { body: { ...owner, password } })
    t.match([status, body.code], [422, 'weak-password'], password.slice(0, 30))
    t.ok(body.errors?.every((error) => error.path === 'password'))
    return body.errors?.map((error) => error.message)
  }
  t.match(await rules('kX9#'), ['must have at least 12 characters', 'is too easy to guess'])
  t.same(
    await rules('😀🙈🦊🐙🌵🍋🎲🛶🪁🧭🔔'),
    ['must have at least 12 characters'],
    '11 code points, 22 code units',
  )
  t.match(await rules('qwertyuiop123'), ['is one of the most common passwords'])
  t.match(await rules('aaaaaaaaaaaaaaaaaaaa'), ['is too easy to guess'])
  t.match(await rules('Delacroix-Mar7'), ['must not be made of your own name or address'])
  t.match(await rules('likeness-2026!'), ['must not be made of your own name or address'])
  t.same(await rules('x7'.repeat(65)), ['must have at most 128 characters'])
})

t.test('a password can be any text: spaces, other scripts, NUL, in any Unicode form', async (t) => {
  const { call, logIn, register } = await startAccounts(t)
  for (const password of [
    'correct horse battery staple',
    'пароль со смыслом и луной',
    'cafe\u0301 noir sans sucre 47',
    'tab\tnul\u0000bell\u0007 rings 9',
  ]) {
    const { username } = await register({ password })
    await logIn(username, password)
    await logIn(username, password.normalize('NFC'))
    await logIn(username, password.normalize('NFD'))
  }
  t.pass('each password logs in')
  const { username } = await register()
  const { status } = await call(sessions.logIn, { body: { login: username, password: `${goodPassword} ` } })
  t.equal(status, 401, 'nothing is trimmed')
})

t.test('a bad registration names every field at fault', async (t) => {
  const { send } = await startAccounts(t)
  const good = { username: 'somebody', email: 'somebody@example.com', password: goodPassword }
  const faults: [Record<string, unknown>, string[]][] = [
    [{}, ['username', 'email', 'password']],
    [{ ...good, username: 'ab' }, ['username']],
    [{ ...good, username: '-ab' }, ['username']],
    [{ ...good, username: 'аdmin' /* a Cyrillic first letter */ }, ['username']],
    [{ ...good, username: 'nul\u0000byte' }, ['username']],
    [{ ...good, username: { $ne: null } }, ['username']],
    [{ ...good, email: 'not an address' }, ['email']],
    [{ ...good, email: 'a@b@example.com' }, ['email']],
    [{ ...good, email: `${'a'.repeat(65)}@example.com` }, ['email']],
    [{ ...good, email: `a@${'b'.repeat(250)}.com` }, ['email']],
    [{ ...good, password: 42 }, ['password']],
    [{ ...good, password: 'p'.repeat(10_000) }, ['password']],
    [{ ...good, password: 'lone surrogate \ud800 in a password' }, ['password']],
    [{ ...good, passwordConfirmation: 'another' }, ['passwordConfirmation']],
    [{ ...good, role: 'admin' }, ['role']],
    [{ ...good, id: '00000000-0000-7000-8000-000000000000', emailVerified: true }, ['id', 'emailVerified']],
  ]
  for (const [body, paths] of faults) {
    const answer = await send('POST', users.register.path, { body })
    t.match([answer.status, answer.body.code], [400, 'validation-failed'], JSON.stringify(body).slice(0, 80))
    t.same([...new Set(answer.body.errors?.map((error) => error.path))], paths)
  }
})

t.test('bodies that are not JSON, or far too large', async (t) => {
  const { send } = await startAccounts(t)
  const post = async (body: string, headers: Record<string, string> = {}) => {
    const answer = await send('POST', users.register.path, { body, headers })
    return [answer.status, answer.body.code]
  }
  t.same(await post('{"username":'), [400, 'malformed-request'])
  t.same(await post(''), [400, 'validation-failed'])
  t.same(await post('{"__proto__":{"role":"admin"}}'), [400, 'malformed-request'])
  t.same(await post('{"constructor":{"prototype":{"role":"admin"}}}'), [400, 'malformed-request'])
  t.same(await post('[]'), [400, 'validation-failed'])
  t.same(await post('null'), [400, 'validation-failed'])
  t.same(await post(`"${'x'.repeat(1_000_000)}"`), [413, 'request-too-large'])
  t.same(await post('username=a', { 'content-type': 'application/x-www-form-urlencoded' }), [
    415,
    'unsupported-media-type',
  ])
  const twice = '{"username":"first-one","username":"second-one","email":"twice@example.com","password":'
  const { body } = await send('POST', users.register.path, {
    body: `${twice}${JSON.stringify(goodPassword)}}`,
  })
  t.equal(body.username, 'second-one', 'the last of repeated keys counts, as RFC 8259 §4 describes')
})

t.test('a method that a route does not have is answered with those it has', async (t) => {
  const { send } = await startAccounts(t)
  for (const [method, path, allow] of [
    ['GET', users.register.path, 'OPTIONS, POST'],
    ['POST', me.read.path, 'DELETE, GET, HEAD, OPTIONS, PATCH'],
    ['PUT', sessions.logOut.path, 'DELETE, OPTIONS'],
  ] as const) {
    const { status, headers, body } = await send(method, path)
    t.match([status, body.code, headers.get('allow')], [405, 'method-not-allowed', allow], path)
  }
})

t.test('unknown users', async (t) => {
  const { call, join, send } = await startAccounts(t)
  const { accessToken: token } = await join()
  const unknown = await call(users.read, { params: { id: '0199a3b0-0000-7000-8000-000000000000' }, token })
  t.match([unknown.status, unknown.body.code], [404, 'user-not-found'])
  for (const id of ['1', 'me', '..%2f', '%00', `${'a'.repeat(200)}`]) {
    const { status, body } = await send('GET', `/v1/users/${id}`, { token })
    t.match([status, body.code], [400, 'validation-failed'], id.slice(0, 20))
  }
})

t.test('problems are in French for those who prefer it', async (t) => {
  const { call } = await startAccounts(t)
  const { body, headers } = await call(sessions.logIn, {
    body: { login: 'nobody', password: 'nothing' },
    headers: { 'accept-language': 'fr-CA, en;q=0.5' },
  })
  t.match(body, { code: 'invalid-credentials', title: 'Identifiants incorrects' })
  t.match(headers.get('content-type'), /^application\/problem\+json/)
})

t.test('when usernames are optional, one is generated if none is given', async (t) => {
  const { another, call, logIn } = await startAccounts(t, { config: { USERNAME: 'optional' } })
  const join = (n: number) =>
    call(users.register, { body: { email: `nameless-${n}@example.com`, password: goodPassword } })
  const made = await Promise.all([1, 2, 3].map(join))
  for (const { status, body } of made) t.match([status, body.username], [201, /^[a-z]+-[a-z]+-\d{6}$/])
  t.equal(new Set(made.map(({ body }) => body.username)).size, 3)
  const { accessToken: token } = await logIn('nameless-1@example.com')
  t.equal((await logIn(made[0]?.body.username ?? '')).user.id, made[0]?.body.id)
  const patched = await call(me.patch, { body: { username: 'a.name' }, token })
  t.match([patched.status, patched.body.username], [200, 'a.name'])
  const bad = await call(users.register, {
    body: { username: '', email: 'x@example.com', password: goodPassword },
  })
  t.match(bad.body.errors, [{ path: 'username', code: 'not-a-username' }])
  t.match((await call(users.registrationForm)).body, { username: 'optional' })

  // Windows and some desktops set it like this.
  const usual = await another({ USERNAME: 'ada' })
  const nameless = { email: 'x@example.com', password: goodPassword }
  const refused = await usual.call(users.register, { body: nameless })
  t.same(refused.body.errors, [{ path: 'username', code: 'required', message: 'is required' }])
})
