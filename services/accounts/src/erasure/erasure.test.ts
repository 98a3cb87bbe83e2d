import { randomBytes } from 'node:crypto'
import { addressOf, type LoggedIn, type Role } from '@likeness/contracts'
import type { Input } from '@likeness/contracts/call'
import { administration, inbox, me, sessions, users } from '@likeness/contracts/endpoints'
import { waitFor } from '@likeness/test-kit'
import t from 'tap'
import { type Entry, fromBuffer, type ZipFile } from 'yauzl'
import { deleteUser } from '../database/users.table.js'
import { goodPassword, startAccounts } from '../testing/start-accounts.js'
import { startMediaPeer } from '../testing/start-media-peer.js'
import { requeueStuck } from '../upkeep/requeue-stuck.js'

t.test('leaving closes the account at once, erases it in both services and frees the name', async (t) => {
  const media = await startMediaPeer(t)
  media.busy = 2
  const { another, call, send, db, join, logIn, register, work } = await startAccounts(t, {
    config: { MEDIA_URL: media.url },
  })
  const second = await another()
  await work()
  const { user, accessToken: token, refreshToken } = await join()
  await logIn(user.username)
  const stranger = await join()
  const leave = (password: string) => call(me.close, { body: { password }, token })

  const wrong = await leave('wrong')
  t.match([wrong.status, wrong.body.code], [403, 'wrong-password'])
  const { status, body, headers } = await leave(goodPassword)
  t.equal(status, 202)
  t.match(body, { status: 'erasing', accounts: 'erased', media: 'erasing', completedAt: null })
  t.equal(
    headers.get('location'),
    addressOf(me.readErasure, { params: { id: body.id }, query: { token: body.token } }),
  )

  t.equal((await call(me.read, { token })).status, 401, 'tokens stop at once')
  await waitFor(async () => (await second.call(me.read, { token })).status === 401)
  t.equal((await call(sessions.refresh, { body: { refreshToken } })).status, 401)
  const login = { body: { login: user.email, password: goodPassword } }
  t.equal((await call(sessions.logIn, login)).body.code, 'invalid-credentials')
  t.equal((await call(users.read, { params: { id: user.id }, token: stranger.accessToken })).status, 404)
  const again = await register({ username: user.username, email: user.email })
  t.not(again.id, user.id, 'name and address are free')

  const { token: opening } = body
  const progress = (id: string, token: string) => call(me.readErasure, { params: { id }, query: { token } })
  const done = await waitFor(async () => {
    const { body: seen } = await progress(body.id, opening)
    return seen.status === 'complete' && seen
  })
  t.match(done, { media: 'erased', completedAt: /Z$/ })
  t.same(media.asked, [user.id, user.id, user.id], 'asked until it was done')
  for (const bad of [await progress(body.id, 'x'), await progress(user.id, opening)]) {
    t.equal(bad.body.code, 'erasure-not-found')
  }
  t.equal((await send('GET', addressOf(me.readErasure, { params: { id: body.id } }))).status, 400)
  t.match(
    (await call(inbox.list, { query: { to: user.email } })).body.items.map((item) => item.subject),
    ['Confirm your e-mail address', 'Your account is closed'],
    'the last e-mail to the person who left, and the first to the new one',
  )

  await db.transaction().execute((trx) => deleteUser(trx, again.id))
  await db.deleteFrom('inbox_messages').execute()
  for (const table of [
    'users',
    'profiles',
    'one_time_tokens',
    'mails',
    'sessions',
    'activities',
    'erasures',
  ] as const) {
    const rows = await db.selectFrom(table).selectAll().execute()
    t.notMatch(JSON.stringify(rows), user.username, table)
  }
  const rows = await db.selectFrom('sessions').selectAll().where('user_id', '=', user.id).execute()
  t.match(rows, [
    { ip: null, user_agent: null },
    { ip: null, user_agent: null },
  ])
  t.match(
    await db.selectFrom('erasures').selectAll().execute(),
    [{ user_id: user.id, actor_id: null }],
    'an audit record',
  )
})

t.test('an erasure survives a lost queue and an unavailable media service', async (t) => {
  const media = await startMediaPeer(t)
  media.away = true
  const { call, db, deps, join, work } = await startAccounts(t, { config: { MEDIA_URL: media.url } })
  const { user, accessToken: token } = await join()
  deps.queue.add = () => Promise.reject(new Error('the queue is unavailable'))
  const { status } = await call(me.close, { body: { password: goodPassword }, token })
  t.equal(status, 202)
  const workerDeps = await work()
  t.same(await requeueStuck(workerDeps, { dryRun: true }), { mails: 0, erasures: 0, upkeep: 0 }, 'not yet')
  await db
    .updateTable('erasures')
    .set({ requested_at: new Date(Date.now() - 60_000) })
    .execute()
  t.match(await requeueStuck(workerDeps, { dryRun: false }), { erasures: 1 })
  media.away = false
  await waitFor(() => media.asked.includes(user.id))
  await waitFor(async () => (await db.selectFrom('erasures').selectAll().executeTakeFirst())?.completed_at)
})

t.test("administrators close others' accounts with a reason, their own with their password", async (t) => {
  const media = await startMediaPeer(t)
  const { call, send, db, join, logIn, register, work } = await startAccounts(t, {
    config: { MEDIA_URL: media.url },
  })
  await work()
  const joinAs = async (role: Role) => {
    const { id, username } = await register()
    await db.updateTable('users').set({ role }).where('id', '=', id).execute()
    return logIn(username)
  }
  const close = (by: LoggedIn, id: string) =>
    call(administration.closeUser, { params: { id }, body: { reason: 'spam' }, token: by.accessToken })
  const leave = ({ accessToken: token }: LoggedIn) =>
    call(me.close, { body: { password: goodPassword }, token })
  const [admin, manager, user] = [await joinAs('admin'), await joinAs('manager'), await join()]

  for (const by of [user, manager]) {
    for (const { user: on } of [user, manager, admin]) {
      const { status, body } = await close(by, on.id)
      t.match([status, body.code], [403, 'forbidden'])
    }
  }
  const path = addressOf(administration.closeUser, { params: { id: user.user.id } })
  for (const body of [{}, { reason: '' }, { reason: 'spam', password: goodPassword }]) {
    const { status, body: fault } = await send('DELETE', path, { body, token: admin.accessToken })
    t.match([status, fault.code], [400, 'validation-failed'], JSON.stringify(body))
  }
  const bare = await send('DELETE', path, { token: admin.accessToken })
  t.equal(bare.status, 400, 'without a body')
  const own = await close(admin, admin.user.id)
  t.match([own.status, own.body.code], [409, 'own-account'])
  t.match([(await leave(admin)).body.code], ['last-admin'])

  const closed = await close(admin, user.user.id)
  t.equal(closed.status, 202)
  t.equal((await call(me.read, { token: user.accessToken })).status, 401)
  t.equal((await close(admin, user.user.id)).body.code, 'user-not-found')
  t.equal((await leave(manager)).status, 202)
  const second = await joinAs('admin')
  t.equal((await leave(admin)).status, 202)

  const list = (query: Input<typeof administration.listErasures>['query'], { accessToken: token } = second) =>
    call(administration.listErasures, { query, token })
  await waitFor(async () => (await list({ status: 'complete' })).body.items.length === 3)
  const whole = { status: 'complete', media: 'erased', requestedAt: /Z$/, completedAt: /Z$/ }
  t.match((await list({})).body, {
    items: [
      { ...whole, userId: admin.user.id, actorId: null, reason: null },
      { ...whole, userId: manager.user.id, actorId: null, reason: null },
      { ...whole, id: closed.body.id, userId: user.user.id, actorId: admin.user.id, reason: 'spam' },
    ],
    nextCursor: null,
  })
  t.notMatch(JSON.stringify((await list({})).body), /token|password/)
  t.same((await list({ status: 'erasing' })).body.items, [])
  const first = await list({ limit: 2 })
  t.match(first.headers.get('link'), /^<\/v1\/admin\/erasures\?limit=2&cursor=.*>; rel="next"$/)
  const rest = await list({ limit: 2, cursor: first.body.nextCursor ?? '' })
  t.match(rest.body, { items: [{ userId: user.user.id }], nextCursor: null })
  t.equal(
    (
      await send('GET', addressOf(administration.listErasures, { query: { status: 'gone' } }), {
        token: second.accessToken,
      })
    ).status,
    400,
  )
  t.equal((await list({}, await joinAs('manager'))).status, 200)
  t.equal((await list({}, await join())).status, 403)
})

/** The files of a ZIP by name. */
async function unzip(bytes: Buffer): Promise<Map<string, Buffer>> {
  const zip = await new Promise<ZipFile>((resolve, reject) =>
    fromBuffer(bytes, { lazyEntries: true }, (error, opened) => (error ? reject(error) : resolve(opened))),
  )
  const files = new Map<string, Buffer>()
  await new Promise<void>((resolve, reject) => {
    zip.on('error', reject)
    zip.on('end', resolve)
    zip.on('entry', (entry: Entry) => {
      zip.openReadStream(entry, (error, stream) => {
        if (error) return reject(error)
        const chunks: Buffer[] = []
        stream.on('data', (chunk: Buffer) => chunks.push(chunk))
        stream.on('end', () => {
          files.set(entry.fileName, Buffer.concat(chunks))
          zip.readEntry()
        })
      })
    })
    zip.readEntry()
  })
  return files
}

t.test('the export is a ZIP of everything both services hold', async (t) => {
  const media = await startMediaPeer(t)
  const picture = randomBytes(300_000)
  media.export = {
    uploads: [
      {
        id: '0199a3b0-0000-7000-8000-000000000001',
        userId: '0199a3b0-0000-7000-8000-000000000002',
        status: 'published',
        isConfirmed: true,
        originalFilename: 'me.jpg',
        format: 'jpeg',
        bytes: picture.length,
        width: 256,
        height: 256,
        pages: 1,
        sha256: 'ab'.repeat(32),
        crop: null,
        altText: null,
        uploadedAt: '2026-01-01T00:00:00.000Z',
        confirmedAt: null,
        publishedAt: null,
        expiresAt: null,
        closedAt: null,
        failure: null,
        previewUrl: null,
        thumbhash: null,
        heldByOperator: false,
        avatar: null,
        events: [],
      },
    ],
    files: [
      { path: 'uploads/1/original', bytes: picture.length },
      { path: 'avatars/1/256.webp', bytes: 3 },
      { path: 'avatars/1/gone.webp', bytes: 3 },
    ],
  }
  media.files.set('uploads/1/original', picture)
  media.files.set('avatars/1/256.webp', Buffer.from('abc'))
  const { call, join, url } = await startAccounts(t, { config: { MEDIA_URL: media.url } })
  const { user, accessToken: token } = await join()
  const download = () => fetch(`${url}${me.export.path}`, { headers: { authorization: `Bearer ${token}` } })

  const response = await download()
  t.equal(response.status, 200)
  t.equal(response.headers.get('content-type'), 'application/zip')
  t.match(
    response.headers.get('content-disposition'),
    /^attachment; filename="likeness-\d{4}-\d\d-\d\d\.zip"$/,
  )
  const files = await unzip(Buffer.from(await response.arrayBuffer()))
  t.same([...files.keys()].sort(), [
    'account.json',
    'activity.json',
    'mails.json',
    'pictures/avatars/1/256.webp',
    'pictures/avatars/1/gone.webp',
    'pictures/uploads/1/original',
    'sessions.json',
    'uploads.json',
  ])
  const json = (name: string) => JSON.parse(files.get(name)?.toString() ?? '') as unknown
  t.match(json('account.json'), {
    id: user.id,
    email: user.email,
    profile: { nickname: user.profile.nickname },
  })
  t.match(json('activity.json'), [{ type: 'login' }, { type: 'registered' }])
  t.match(json('sessions.json'), [{ ip: '127.0.0.1' }])
  t.match(json('mails.json'), [{ kind: 'verify-email', recipient: user.email }])
  t.match(json('uploads.json'), [{ originalFilename: 'me.jpg' }])
  t.ok(files.get('pictures/uploads/1/original')?.equals(picture))
  t.equal(files.get('pictures/avatars/1/256.webp')?.toString(), 'abc')
  t.equal(files.get('pictures/avatars/1/gone.webp')?.length, 0)
  for (const [name, content] of files) {
    if (name.endsWith('.json')) t.notMatch(content.toString(), /password|argon2|seed|(?<!thumb)hash"/, name)
  }

  media.away = true
  const away = await call(me.export, { token })
  t.match([away.status, away.body.code, away.headers.get('retry-after')], [503, 'overloaded', '10'])
  media.away = 'files'
  await t.rejects(
    download().then((cut) => cut.arrayBuffer()),
    'a ZIP that cannot be completed does not look complete',
  )
  for (let turn = 0; turn < 2; turn += 1) await call(me.export, { token }).catch(() => undefined)
  t.equal((await call(me.export, { token })).status, 429)
})
