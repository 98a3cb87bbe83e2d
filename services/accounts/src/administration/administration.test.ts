import { type AdminPatch, addressOf, type LoggedIn, type Role } from '@likeness/contracts'
import type { Input } from '@likeness/contracts/call'
import { administration, emails, me, sessions } from '@likeness/contracts/endpoints'
import { waitFor } from '@likeness/test-kit'
import { sql } from 'kysely'
import t from 'tap'
import { pruneActivities } from '../database/activities.table.js'
import { type Accounts, goodPassword, startAccounts } from '../testing/start-accounts.js'
import { startMailbox } from '../testing/start-mailbox.js'
import { prune } from '../upkeep/prune.js'

/** A new user with this role, logged in. */
async function joinAs({ db, logIn, register }: Accounts, role: Role): Promise<LoggedIn> {
  const { id, username } = await register()
  await db.updateTable('users').set({ role }).where('id', '=', id).execute()
  return logIn(username)
}

t.test('managers find users; users do not', async (t) => {
  const accounts = await startAccounts(t)
  const { call, send, db, register } = accounts
  const manager = await joinAs(accounts, 'manager')
  const user = await joinAs(accounts, 'user')
  await register({
    username: 'odd_name',
    email: 'odd@example.com',
    profile: { firstName: 'Zoé', lastName: 'Quux', nickname: 'per%cent' },
  })
  const vendor = await register({ group: 'vendor', profile: { custom: { businessName: 'Plums' } } })
  await db.updateTable('users').set({ disabled_at: new Date() }).where('id', '=', vendor.id).execute()

  const find = async (query: Input<typeof administration.listUsers>['query'] = {}) => {
    const { status, body } = await call(administration.listUsers, { query, token: manager.accessToken })
    t.equal(status, 200, JSON.stringify(query))
    return body.items.map((item) => item.username)
  }
  t.equal((await find()).length, 4)
  t.same(await find({ q: 'ODD_' }), ['odd_name'])
  t.same(await find({ q: 'd_n' }), ['odd_name'], 'an underscore is an underscore')
  t.same(await find({ q: 'r%c' }), ['odd_name'])
  t.same(await find({ q: '%%' }), [])
  t.same(await find({ q: 'zoé quux' }), ['odd_name'])
  t.same(await find({ q: user.user.email }), [user.user.username])
  t.same(await find({ role: 'manager' }), [manager.user.username])
  t.same(await find({ group: 'vendor' }), [vendor.username])
  t.same(await find({ status: 'disabled' }), [vendor.username])
  t.equal((await find({ status: 'active' })).length, 3)
  t.same(await find({ ids: `${vendor.id},${user.user.id.toUpperCase()}` }), [
    vendor.username,
    user.user.username,
  ])
  const notIds = await send('GET', addressOf(administration.listUsers, { query: { ids: 'ada' } }), {
    token: manager.accessToken,
  })
  t.match([notIds.status, notIds.body.errors], [400, [{ path: /^ids/, code: 'not-an-id' }]])
  t.equal((await find({ status: 'unverified' })).length, 3)

  const first = await call(administration.listUsers, { query: { limit: 3 }, token: manager.accessToken })
  t.match(first.headers.get('link'), /rel="next"/)
  t.equal((await find({ limit: 3, cursor: first.body.nextCursor ?? '' })).length, 1)

  const one = await call(administration.readUser, { params: { id: vendor.id }, token: manager.accessToken })
  t.match(one.body, { id: vendor.id, email: vendor.email, disabledAt: /Z$/ })
  t.notMatch(JSON.stringify(one.body), /password|argon/)
  for (const path of [
    addressOf(administration.listUsers),
    addressOf(administration.readUser, { params: { id: vendor.id } }),
    addressOf(administration.listActivity, { params: { id: vendor.id } }),
  ]) {
    const refused = await send('GET', path, { token: user.accessToken })
    t.match([refused.status, refused.body.code], [403, 'forbidden'], path)
    t.equal((await send('GET', path)).status, 401)
  }
})

t.test('only administrators set roles, and nobody promotes themselves', async (t) => {
  const accounts = await startAccounts(t)
  const { call } = accounts
  const [admin, manager, user] = [
    await joinAs(accounts, 'admin'),
    await joinAs(accounts, 'manager'),
    await joinAs(accounts, 'user'),
  ]
  const patch = (by: LoggedIn, on: LoggedIn, body: AdminPatch) =>
    call(administration.patchUser, { params: { id: on.user.id }, body, token: by.accessToken })

  for (const [by, on] of [
    [user, user],
    [user, manager],
    [manager, manager],
    [manager, user],
    [manager, admin],
  ] as const) {
    const { status, body } = await patch(by, on, { role: 'admin' })
    t.match([status, body.code], [403, 'forbidden'])
  }
  t.equal(
    (await patch(manager, admin, { disabled: true })).status,
    403,
    'nor acts on someone of the same or a higher rank',
  )
  t.equal((await patch(manager, manager, { emailVerified: true })).status, 403)

  const raised = await patch(admin, user, { role: 'manager', reason: 'helps out' })
  t.match([raised.status, raised.body.role], [200, 'manager'])
  t.equal(
    (await call(administration.listUsers, { token: user.accessToken })).status,
    403,
    'the old token keeps its old role',
  )
  const renewed = await call(sessions.refresh, { body: { refreshToken: user.refreshToken } })
  t.equal((await call(administration.listUsers, { token: renewed.body.accessToken })).status, 200)

  const lowered = await patch(admin, user, { role: 'user' })
  t.equal(lowered.status, 200)
  t.equal((await call(administration.listUsers, { token: renewed.body.accessToken })).status, 401, 'at once')

  const feed = await call(administration.listActivity, {
    params: { id: user.user.id },
    query: { type: 'role-changed' },
    token: manager.accessToken,
  })
  t.match(feed.body, {
    items: [
      { actorId: admin.user.id, changes: { role: { before: 'manager', after: 'user' } } },
      {
        actorKind: 'person',
        actorId: admin.user.id,
        changes: { role: { before: 'user', after: 'manager' } },
        details: { reason: 'helps out' },
      },
    ],
  })
})

t.test('with If-Match an act is done only to the user who was seen', async (t) => {
  const accounts = await startAccounts(t)
  const { call } = accounts
  const [one, other, user] = [
    await joinAs(accounts, 'manager'),
    await joinAs(accounts, 'manager'),
    await accounts.register(),
  ]
  const params = { id: user.id }
  const patch = (by: LoggedIn, body: AdminPatch, etag: string) =>
    call(administration.patchUser, { params, body, headers: { 'if-match': etag }, token: by.accessToken })
  const seen =
    (await call(administration.readUser, { params, token: one.accessToken })).headers.get('etag') ?? ''
  t.match(seen, /^"[\w-]+"$/)
  const changed = await patch(other, { group: 'staff' }, seen)
  t.match([changed.status, changed.body.group], [200, 'staff'])
  const stale = await patch(one, { disabled: true }, seen)
  t.match([stale.status, stale.body.code], [412, 'stale'])
  const now = await call(administration.readUser, { params, token: one.accessToken })
  t.match([now.body.disabledAt, now.headers.get('etag')], [null, changed.headers.get('etag')])
  const etag = now.headers.get('etag') ?? ''
  const racing = await Promise.all([
    patch(one, { disabled: true }, etag),
    patch(other, { group: 'customer' }, etag),
  ])
  t.same(
    racing.map(({ status }) => status).sort((a, b) => a - b),
    [200, 412],
  )
  t.equal((await patch(one, { emailVerified: true }, '*')).status, 200)

  const admin = await joinAs(accounts, 'admin')
  const close = (headers: { 'if-match': string }) =>
    call(administration.closeUser, { params, body: { reason: 'x' }, headers, token: admin.accessToken })
  const late = await close({ 'if-match': etag })
  t.match([late.status, late.body.code], [412, 'stale'], 'nor is their account closed')
  const last = await call(administration.readUser, { params, token: admin.accessToken })
  t.equal((await close({ 'if-match': last.headers.get('etag') ?? '' })).status, 202)
})

t.test('one administrator stays, even in a race', async (t) => {
  const accounts = await startAccounts(t)
  const { call } = accounts
  const [one, two] = [await joinAs(accounts, 'admin'), await joinAs(accounts, 'admin')]
  const patch = (by: LoggedIn, on: LoggedIn, body: AdminPatch) =>
    call(administration.patchUser, { params: { id: on.user.id }, body, token: by.accessToken })
  const answers = await Promise.all([
    patch(one, two, { role: 'user' }),
    patch(two, one, { disabled: true }),
    patch(one, one, { role: 'manager' }),
  ])
  const statuses = answers.map((answer) => answer.status)
  t.ok(statuses.includes(409) || statuses.includes(401), 'one of them comes too late')
  const admins = await accounts.db
    .selectFrom('users')
    .select('id')
    .where('role', '=', 'admin')
    .where('disabled_at', 'is', null)
    .execute()
  t.equal(admins.length, 1)
  const last = admins[0]?.id === one.user.id ? one : two
  const session = await accounts.logIn(last.user.username)
  for (const body of [{ role: 'user' }, { disabled: true }] as const) {
    const refused = await patch(session, last, body)
    t.match([refused.status, refused.body.code], [409, 'last-admin'])
  }
  t.equal((await patch(session, last, { group: 'staff' })).status, 200)
})

t.test('updatedAt moves with role, group, status, address and username', async (t) => {
  const accounts = await startAccounts(t)
  const { call, db } = accounts
  const [admin, { user, accessToken: token }] = [await joinAs(accounts, 'admin'), await accounts.join()]
  const [params, byAdmin] = [{ id: user.id }, { token: admin.accessToken }]
  const patchUser = (body: AdminPatch) => call(administration.patchUser, { params, body, ...byAdmin })
  const before = new Date('2026-01-01')
  for (const patch of [
    { role: 'manager' },
    { role: 'user', group: 'vendor' },
    { disabled: true },
    { disabled: false },
    { emailVerified: true },
  ] as const) {
    await db.updateTable('profiles').set({ updated_at: before }).where('user_id', '=', user.id).execute()
    const { body } = await patchUser(patch)
    t.ok(body.updatedAt > user.createdAt, JSON.stringify(patch))
  }
  await db.updateTable('profiles').set({ updated_at: before }).where('user_id', '=', user.id).execute()
  t.equal((await patchUser({ endSessions: true })).status, 200)
  const one = await call(administration.readUser, { params, ...byAdmin })
  t.equal(one.body.updatedAt, before.toISOString(), 'it changes nothing the user is shown')
  t.equal((await call(me.patch, { body: { username: 'someone-else' }, token })).status, 401)
  const { accessToken } = await accounts.logIn(user.username)
  const renamed = await call(me.patch, { body: { username: 'someone-else' }, token: accessToken })
  t.ok(renamed.body.updatedAt > user.createdAt)
})

t.test('group, disable, enable, verify', async (t) => {
  const accounts = await startAccounts(t)
  const { another, call, send } = accounts
  const second = await another()
  const [manager, user] = [await joinAs(accounts, 'manager'), await joinAs(accounts, 'user')]
  const patch = (body: AdminPatch) =>
    call(administration.patchUser, { params: { id: user.user.id }, body, token: manager.accessToken })

  t.equal((await patch({ group: 'staff' })).body.group, 'staff')
  t.match((await patch({ group: 'nothing' })).body.errors, [{ path: 'group' }])
  t.equal((await patch({ emailVerified: true })).body.emailVerified, true)
  for (const body of [
    { emailVerified: false },
    { email: 'x@example.com' },
    { role: 'root' },
    { disabled: 'yes' },
  ]) {
    const path = addressOf(administration.patchUser, { params: { id: user.user.id } })
    const wrong = { body, token: manager.accessToken }
    t.equal((await send('PATCH', path, wrong)).status, 400, JSON.stringify(body))
  }

  t.match((await patch({ disabled: true, reason: 'abuse' })).body.disabledAt, /Z$/)
  t.equal((await call(me.read, { token: user.accessToken })).status, 401, 'at once in this process')
  await waitFor(async () => (await second.call(me.read, { token: user.accessToken })).status === 401)
  const login = { body: { login: user.user.username, password: goodPassword } }
  t.equal((await call(sessions.logIn, login)).body.code, 'account-disabled')
  t.equal((await patch({ disabled: false })).body.disabledAt, null)
  t.equal((await call(sessions.logIn, login)).status, 201)

  const { refreshToken } = await accounts.logIn(user.user.username)
  t.equal((await patch({ endSessions: true })).status, 200)
  t.equal((await call(sessions.refresh, { body: { refreshToken } })).status, 401)
  const again = await patch({ disabled: false })
  t.equal(again.status, 200, 'a patch that changes nothing leaves no trace')
  const feed = await call(administration.listActivity, {
    params: { id: user.user.id },
    token: manager.accessToken,
  })
  t.same(
    feed.body.items.map((item) => item.type),
    [
      'logout',
      'login',
      'login',
      'enabled',
      'disabled',
      'email-verified',
      'group-changed',
      'login',
      'registered',
    ],
  )
  t.match(feed.body.items[4], {
    actorId: manager.user.id,
    actorRole: 'manager',
    changes: { disabled: { before: false, after: true } },
    details: { reason: 'abuse' },
  })
  const again_ = await accounts.logIn(user.user.username)
  const own = (await call(me.listActivity, { token: again_.accessToken })).body.items.slice(1)
  t.match(
    own.filter(({ actorRole }) => actorRole !== null).map(({ type }) => type),
    ['logout', 'enabled', 'disabled', 'email-verified', 'group-changed'],
    'its owner sees every act, by role',
  )
  for (const { actorRole, ...act } of own.filter((one) => one.actorRole !== null))
    t.match({ actorRole, ...act }, { actorRole: 'manager', actorId: null, ip: null, userAgent: null })
  const unknown = await call(administration.patchUser, {
    params: { id: '0199a3b0-0000-7000-8000-000000000000' },
    body: { disabled: true },
    token: manager.accessToken,
  })
  t.equal(unknown.body.code, 'user-not-found')
})

t.test('a feed is filtered by type and time', async (t) => {
  const { call, send, join } = await startAccounts(t)
  const { accessToken: token } = await join()
  await call(me.patch, { body: { profile: { bio: 'Hi' } }, token })
  const types = async (query: Input<typeof me.listActivity>['query']) => {
    const { body } = await call(me.listActivity, { query, token })
    return body.items?.map((item) => item.type)
  }
  t.same(await types({ type: 'login' }), ['login'])
  t.same(await types({ from: '2000-01-01T00:00:00Z', to: '2001-01-01T00:00:00Z' }), [])
  t.equal((await types({ from: '2000-01-01T00:00:00Z' }))?.length, 3)
  t.equal(
    (await send('GET', addressOf(me.listActivity, { query: { type: 'nonsense' } }), { token })).status,
    400,
  )
})

t.test('an administrator starts a reset, and cannot choose the password', async (t) => {
  const mailbox = await startMailbox(t, 'inbox')
  const { call, db, join, logIn, register, send, work } = await startAccounts(t, { config: mailbox.config })
  await work()
  const admin = await register()
  await db.updateTable('users').set({ role: 'admin' }).where('id', '=', admin.id).execute()
  const { accessToken: token } = await logIn(admin.username)
  const { user } = await join()
  const chosen = { password: 'chosen-by-somebody-else-7' }
  const refused = await send('PATCH', addressOf(administration.patchUser, { params: { id: user.id } }), {
    body: chosen,
    token,
  })
  t.match([refused.status, refused.body.code], [400, 'validation-failed'])
  t.equal((await call(emails.requestReset, { body: { email: user.email }, token })).status, 202)
  const link = await mailbox.read(call, user.email, /Choose a new password/)
  t.ok(link.token, 'which only the owner reads')
  await logIn(user.username)
})

t.test('what operators read and were refused is in the audit, which nobody can change', async (t) => {
  const accounts = await startAccounts(t)
  const { call, db, deps } = accounts
  const manager = await joinAs(accounts, 'manager')
  const admin = await joinAs(accounts, 'admin')
  const user = await joinAs(accounts, 'user')
  const asManager = { params: { id: user.user.id }, token: manager.accessToken }
  await call(administration.readUser, asManager)
  await call(administration.readUser, { ...asManager, params: { id: manager.user.id } })
  await call(administration.listActivity, { ...asManager, query: { type: 'login' } })
  await call(administration.listUsers, { token: manager.accessToken, query: { q: user.user.username } })
  t.equal((await call(administration.patchUser, { ...asManager, body: { role: 'admin' } })).status, 403)
  const close = { params: { id: user.user.id }, body: { reason: 'x' } }
  t.equal((await call(administration.closeUser, { ...close, token: manager.accessToken })).status, 403)

  const audit = await call(administration.listAudit, {
    token: admin.accessToken,
    query: { actorId: manager.user.id },
  })
  const about = { actorId: manager.user.id, actorRole: 'manager', userId: user.user.id, ip: '127.0.0.1' }
  t.match(audit.body.items, [
    { ...about, action: 'act-refused', problem: 'forbidden', details: { endpoint: 'closeUser' } },
    { ...about, action: 'act-refused', problem: 'forbidden', details: { endpoint: 'patchUser' } },
    { ...about, action: 'accounts-listed', userId: null, details: { filters: ['q'] } },
    { ...about, action: 'activity-read', outcome: 'done' },
    { ...about, action: 'account-read', outcome: 'done' },
  ])
  t.equal(audit.body.items.length, 5)

  for (const table of ['activities', 'audit_events'] as const) {
    await t.rejects(db.deleteFrom(table).execute(), /append-only/)
    await t.rejects(sql`update ${sql.table(table)} set details = '{}'`.execute(db), /append-only/)
    await t.rejects(sql`truncate ${sql.table(table)}`.execute(db), /append-only/)
  }
  await t.rejects(db.deleteFrom('users').where('id', '=', user.user.id).execute(), /foreign key/)

  t.match(await prune(deps, { dryRun: false }), { activities: 0, audit: 0 })
  // By itself: of what is kept for no day, prune may remove its own entry as well.
  t.equal(await pruneActivities(db, 0), 6)
  const pruned = await call(administration.listAudit, {
    token: admin.accessToken,
    query: { action: 'trail-pruned' },
  })
  t.match(pruned.body.items, [
    { actorKind: 'upkeep', actorId: null, details: { events: 6, until: String, startedBy: 'schedule' } },
  ])

  const closed = await call(administration.closeUser, { ...close, token: admin.accessToken })
  t.equal(closed.status, 202)
  const erased = await call(administration.listAudit, {
    token: admin.accessToken,
    query: { userId: user.user.id },
  })
  t.match(
    erased.body.items.filter(({ actorKind }) => actorKind === 'service'),
    [{ action: 'person-erased', details: { events: 0 } }],
  )
  t.match(
    erased.body.items.find(({ action }) => action === 'account-closed'),
    {
      action: 'account-closed',
      actorId: admin.user.id,
      actorRole: 'admin',
      ip: '127.0.0.1',
      details: { erasure: closed.body.id },
    },
  )
})
