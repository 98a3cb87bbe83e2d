import { createHash } from 'node:crypto'
import {
  type ActedBy,
  addressOf,
  type SetAvatar,
  type TellDescription,
  type TellOwner,
  type VariantFormat,
} from '@likeness/contracts'
import { administration, inbox, me, toAccounts, users } from '@likeness/contracts/endpoints'
import { newId } from '@likeness/runtime/ids'
import { signServiceToken } from '@likeness/runtime/service-token'
import { type Answer, waitFor } from '@likeness/test-kit'
import { SignJWT } from 'jose'
import t from 'tap'
import { issuer, startAccounts } from '../testing/start-accounts.js'
import { startMailbox } from '../testing/start-mailbox.js'
import { ageOn } from './age.js'

const avatarOf = (version: number) => ({
  version,
  pathVersion: version,
  sizes: [256],
  formats: ['webp'] as VariantFormat[],
  thumbhash: '1QcSHQRnh493V4dIh4eXh1h4kJUI',
  altText: null as string | null,
  uploadId: newId(),
  actor: null as ActedBy | null,
})

t.test('every field of the profile can be set, shown and cleared', async (t) => {
  const { call, join } = await startAccounts(t)
  const { accessToken: token, user } = await join()
  const profile = {
    firstName: 'Grace',
    lastName: 'Hopper',
    nickname: 'Amazing Grace',
    bio: 'Line one.\nLine two: 日本語, é, 😀',
    companyName: 'US Navy',
    profession: 'Rear admiral',
    birthDate: '1906-12-09',
    linkedinUrl: 'https://www.linkedin.com/in/grace',
    githubUrl: 'https://github.com/grace',
    isProfessional: true,
    locale: 'fr',
    discoverable: true,
  } as const
  const { status, body } = await call(me.patch, {
    body: { username: 'grace.h', profile: { ...profile, phoneNumber: '06 12 34 56 78' } },
    token,
  })
  t.equal(status, 200)
  const age = ageOn(new Date(), '1906-12-09')
  t.same(body.profile, { ...profile, phoneNumber: '+33612345678', age, custom: {} })
  t.equal(body.username, 'grace.h')
  t.ok(body.updatedAt > user.updatedAt)
  t.same((await call(me.read, { token })).body, body)

  const cleared = await call(me.patch, {
    body: {
      profile: {
        firstName: null,
        bio: '  ',
        birthDate: null,
        phoneNumber: '',
        githubUrl: null,
        locale: null,
      },
    },
    token,
  })
  t.match(cleared.body.profile, {
    firstName: null,
    bio: null,
    birthDate: null,
    age: null,
    phoneNumber: null,
    githubUrl: null,
    locale: null,
    lastName: 'Hopper',
  })
  const feed = await call(me.listActivity, { token })
  t.same(
    feed.body.items
      .filter((item) => item.type === 'profile-updated')
      .map((item) => Object.keys(item.changes).sort()),
    [
      ['firstName', 'bio', 'phoneNumber', 'birthDate', 'githubUrl', 'locale'].sort(),
      ['username', ...Object.keys(user.profile).filter((field) => !['age', 'custom'].includes(field))].sort(),
    ],
    'names of fields only',
  )
})

t.test('a patch that changes nothing leaves no trace', async (t) => {
  const { call, join } = await startAccounts(t)
  const { accessToken: token, user } = await join()
  for (const body of [{}, { profile: {} }, { profile: { bio: null } }, { username: user.username }]) {
    const answer = await call(me.patch, { body, token })
    t.match([answer.status, answer.body.updatedAt], [200, user.updatedAt])
  }
})

t.test('each bad field is named', async (t) => {
  const { call, join, send } = await startAccounts(t)
  const { accessToken: token } = await join()
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)
  const bad: Record<string, unknown[]> = {
    phoneNumber: [
      '12',
      '+33 1',
      'not a number',
      '+999123456789',
      '0612345678 ext. 9',
      '1'.repeat(21),
      33612345678,
    ],
    linkedinUrl: [
      'http://linkedin.com/in/x',
      'https://linkedin.com.evil.example/in/x',
      'https://linkedin.com@evil.example/',
      'https://evil.example/linkedin.com',
      'https://user:pass@linkedin.com/in/x',
      'https://linkedin.com:8443/in/x',
      'javascript:alert(1)//linkedin.com',
      'https://www.linkedin.com/in/\u0000',
    ],
    githubUrl: ['https://gist.github.com.example', 'https://github.community', 'github.com/x', ''],
    birthDate: [tomorrow, '1850-01-01', '2001-02-30', '01/02/2001', '2001-02-03T00:00:00Z'],
    nickname: ['', '   ', null, 'n'.repeat(51), 'nul\u0000', 'lone \ud800', 'bidi \u202e'],
    firstName: ['f'.repeat(101), 3, {}],
    locale: ['de', 'français'],
    isProfessional: ['yes', 1, null],
  }
  for (const [field, values] of Object.entries(bad)) {
    for (const value of values) {
      const { status, body } = await send('PATCH', me.patch.path, {
        body: { profile: { [field]: value } },
        token,
      })
      t.match([status, body.code], [400, 'validation-failed'], `${field}: ${JSON.stringify(value)}`)
      t.match(body.errors, [{ path: `profile.${field}` }])
    }
  }
  const several = await call(me.patch, {
    body: { profile: { phoneNumber: '12', birthDate: tomorrow } },
    token,
  })
  t.same(
    several.body.errors?.map((error) => error.path),
    ['profile.phoneNumber', 'profile.birthDate'],
  )

  for (const body of [
    { role: 'admin' },
    { email: 'x@example.com' },
    { profile: { age: 3 } },
    { profile: { avatar: {} } },
    { profile: null },
  ]) {
    t.equal((await send('PATCH', me.patch.path, { body, token })).status, 400, JSON.stringify(body))
  }
})

t.test('a taken username is refused', async (t) => {
  const { call, join } = await startAccounts(t)
  const [one, two] = [await join(), await join()]
  const { status, body } = await call(me.patch, {
    body: { username: two.user.username.toUpperCase() },
    token: one.accessToken,
  })
  t.match([status, body.code], [409, 'username-taken'])
})

t.test('If-Match and If-None-Match', async (t) => {
  const { call, join, send } = await startAccounts(t)
  const { accessToken: token } = await join()
  const patch = (ifMatch: string, nickname: string) =>
    call(me.patch, { body: { profile: { nickname } }, headers: { 'if-match': ifMatch }, token })
  const etag = (await call(me.read, { token })).headers.get('etag') ?? ''
  t.match(etag, /^"[\w-]+"$/)

  const seen = { 'if-none-match': `"other", W/${etag}` }
  const unchanged = await send('GET', me.read.path, { token, headers: seen })
  t.match([unchanged.status, unchanged.text], [304, ''])

  const changed = await patch(`"other", ${etag}`, 'First')
  t.equal(changed.status, 200)
  const next = changed.headers.get('etag') ?? ''
  t.not(next, etag)
  const stale = await patch(etag, 'Second')
  t.match([stale.status, stale.body.code], [412, 'stale'])
  t.equal((await patch(`W/${next}`, 'Second')).status, 412, 'a weak tag never matches')
  t.equal((await patch('*', 'Third')).status, 200)

  const fresh = (await call(me.read, { token })).headers.get('etag') ?? ''
  const racing = await Promise.all(Array.from({ length: 10 }, (_, turn) => patch(fresh, `Racer ${turn}`)))
  t.same(
    racing.map((answer) => answer.status).sort((a, b) => a - b),
    [200, ...Array.from({ length: 9 }, () => 412)],
  )
})

t.test('media shows a newer avatar once, in whatever order its calls arrive', async (t) => {
  const { asMedia, call, join } = await startAccounts(t)
  const { accessToken: token, user } = await join()
  const headers = await asMedia()
  const put = (version: number, id = user.id) =>
    call(toAccounts.setAvatar, { params: { id }, body: avatarOf(version), headers })
  const shown = async () => (await call(me.read, { token })).body.avatar?.version

  const answers = await Promise.all([2, 5, 3, 5, 1].map((version) => put(version)))
  t.same(new Set(answers.map((answer) => answer.status)), new Set([204]))
  t.equal(await shown(), 5)
  t.equal((await put(4)).status, 204)
  t.equal(await shown(), 5)
  const { version, thumbhash, altText } = avatarOf(6)
  const shownAs = {
    version,
    thumbhash,
    altText,
    urls: { 256: { webp: `https://likeness.test/v1/avatars/${user.id}/6/256.webp` } },
  }
  t.equal((await put(6)).status, 204)
  t.match((await call(users.read, { params: { id: user.id }, token })).body.avatar, shownAs)

  const feed = await call(me.listActivity, { token })
  const versions = feed.body.items
    .filter((item) => item.type === 'avatar-published')
    .map((item) => Number(item.details.version))
  t.same(
    versions,
    [...new Set(versions)].sort((a, b) => b - a),
    'one row for each avatar that was shown',
  )
  const more = { ...avatarOf(6), sizes: [32], formats: ['avif'] as VariantFormat[] }
  t.equal((await call(toAccounts.setAvatar, { params: { id: user.id }, body: more, headers })).status, 204)
  const { avatar: refreshed } = (await call(me.read, { token })).body
  const urls = { 32: { avif: `https://likeness.test/v1/avatars/${user.id}/6/32.avif` } }
  t.same(refreshed?.urls, urls, 'the same version may get more URLs')
  t.equal((await put(5)).status, 204)
  t.same((await call(me.read, { token })).body.avatar, refreshed)

  const gone = await put(7, newId())
  t.match([gone.status, gone.body.code], [404, 'user-not-found'])
})

t.test('only a service token opens the internal routes', async (t) => {
  const { call, join, serviceSecret } = await startAccounts(t)
  const { accessToken, user } = await join()
  const tokens = [
    undefined,
    accessToken,
    await signServiceToken(serviceSecret, 'media', 'media'),
    await signServiceToken(`${serviceSecret}x`, 'media', 'accounts'),
    await new SignJWT()
      .setProtectedHeader({ alg: 'HS256', typ: 'service+jwt' })
      .setIssuer('media')
      .setAudience('accounts')
      .setIssuedAt('1h')
      .setExpirationTime('2h')
      .sign(Buffer.from(`service-token:${serviceSecret}`)),
  ]
  for (const token of tokens) {
    const { status, body } = await call(toAccounts.setAvatar, {
      params: { id: user.id },
      body: avatarOf(1),
      ...(token === undefined ? {} : { token }),
    })
    t.match([status, body.code], [401, 'unauthenticated'])
  }
})

t.test('the feed is paged', async (t) => {
  const { call, send, join, logIn } = await startAccounts(t)
  const { accessToken: token, user } = await join()
  for (let turn = 0; turn < 3; turn += 1) await logIn(user.username)
  const all = (await call(me.listActivity, { token })).body
  t.same(
    all.items.map((item) => item.type),
    ['login', 'login', 'login', 'login', 'registered'],
  )
  t.equal(all.nextCursor, null)

  type Page = { items: { id: string }[] }
  const seen: string[] = []
  for (let path: string | undefined = addressOf(me.listActivity, { query: { limit: 2 } }); path; ) {
    const page: Answer<Page> = await send<Page>('GET', path, { token })
    seen.push(...page.body.items.map((item) => item.id))
    path = page.headers.get('link')?.match(/^<(.+)>; rel="next"$/)?.[1]
  }
  t.same(
    seen,
    all.items.map((item) => item.id),
  )
  for (const cursor of ['AAAA', 'a'.repeat(80)]) {
    const { status, body } = await call(me.listActivity, { query: { cursor }, token })
    t.match([status, body.code], [400, 'invalid-cursor'])
  }
  t.equal((await call(me.listActivity, { query: { limit: 101 }, token })).body.code, 'validation-failed')
})

t.test('media asks for initials and finds users by the hash of their address', async (t) => {
  const { asMedia, call, db, join } = await startAccounts(t)
  const { accessToken: token, user } = await join()
  const headers = await asMedia()
  const initials = async (nickname: string) => {
    await call(me.patch, { body: { profile: { nickname } }, token })
    return (await call(toAccounts.readInitials, { params: { id: user.id }, headers })).body.initials
  }
  t.equal(await initials('keen otter 4821'), 'KO')
  t.equal(await initials('Élodie'), 'É')
  t.equal(await initials('anna-maria von x'), 'AM')
  t.equal(await initials('😀 42'), '')

  const byHash = async (algorithm: string, address = user.email.toUpperCase().toLowerCase()) => {
    const hash = createHash(algorithm).update(address).digest('hex')
    const { status, body } = await call(toAccounts.findByEmailHash, { params: { hash }, headers })
    return body.userId ?? status
  }
  t.equal(await byHash('md5'), 404, 'not someone who did not ask to be found')
  await call(me.patch, { body: { profile: { discoverable: true } }, token })
  t.equal(await byHash('md5'), 404, 'nor someone whose address is not verified')
  await db.updateTable('users').set({ email_verified_at: new Date() }).where('id', '=', user.id).execute()
  t.same([await byHash('md5'), await byHash('sha256')], [user.id, user.id])
  t.equal(await byHash('md5', 'nobody@example.com'), 404)
  t.equal((await call(toAccounts.findByEmailHash, { params: { hash: 'xyz' }, headers })).status, 400)
  const isThere = async (id: string) => (await call(toAccounts.findUser, { params: { id }, headers })).status
  t.equal(await isThere(user.id), 204)
  t.equal(await isThere(crypto.randomUUID()), 404)
  const byName = async (username: string) => {
    const { status, body } = await call(toAccounts.findByUsername, { params: { username }, headers })
    return body.userId ?? status
  }
  t.same([await byName(user.username), await byName(user.username.toUpperCase())], [user.id, user.id])
  t.same([await byName('nobody-has-this'), await byName('no name')], [404, 400])
  await db.updateTable('users').set({ disabled_at: new Date() }).where('id', '=', user.id).execute()
  t.equal(await byHash('sha256'), 404)
  t.equal((await call(toAccounts.readInitials, { params: { id: user.id }, headers })).status, 404)
  t.equal(await isThere(user.id), 204, 'a disabled account counts as a user')
  await db.updateTable('users').set({ ghost: true }).where('id', '=', user.id).execute()
  t.equal(await isThere(user.id), 404, 'a ghost does not')
})

t.test('media takes an avatar down, and restores it', async (t) => {
  const mailbox = await startMailbox(t, 'inbox')
  const { asMedia, call, join, work } = await startAccounts(t, { config: mailbox.config })
  await work()
  const { accessToken: token, user } = await join()
  await call(me.patch, { body: { profile: { locale: 'fr' } }, token })
  const headers = await asMedia()
  const operator = { id: newId(), ip: '203.0.113.9', userAgent: 'console' }
  const owner = { id: user.id, ip: '198.51.100.1', userAgent: 'phone' }
  const removal = (version: number, actor = owner) => ({
    version,
    uploadId: newId(),
    actor,
    reason: actor === owner ? null : 'Shows <somebody> else',
  })
  const params = { id: user.id }
  const remove = (version: number, actor = owner, id = user.id) =>
    call(toAccounts.removeAvatar, { params: { id }, body: removal(version, actor), headers })
  const put = (avatar: ReturnType<typeof avatarOf> & { restored?: boolean }) =>
    call(toAccounts.setAvatar, { params, body: avatar, headers })
  const shown = async () => (await call(me.read, { token })).body.avatar?.version

  // The later version wins, whichever call comes first.
  t.equal((await remove(3)).status, 204)
  t.equal((await put(avatarOf(2))).status, 204)
  t.equal(await shown(), undefined)
  t.equal((await put({ ...avatarOf(4), restored: true })).status, 204)
  t.equal(await shown(), 4)
  t.equal((await remove(1, operator)).status, 204, 'the owner is told, even late')
  t.equal(await shown(), 4)
  const twice = await Promise.all([remove(5, operator), remove(5, operator)])
  t.match(twice, [{ status: 204 }, { status: 204 }])
  t.equal(await shown(), undefined)
  t.match(await remove(6, owner, newId()), {
    status: 404,
    body: { code: 'user-not-found' },
  })
  const byOwnToken = await call(toAccounts.removeAvatar, { params, body: removal(7), token })
  t.equal(byOwnToken.status, 401, 'by media alone')

  const feed = await call(me.listActivity, { token })
  const byOperator = { actorId: null, actorRole: 'operator', ip: null, userAgent: null }
  const byOwner = { actorId: null, actorRole: null, ip: owner.ip, userAgent: owner.userAgent }
  t.match(
    feed.body.items.filter((item) => item.type.startsWith('avatar-')),
    [
      { type: 'avatar-removed', details: { version: 5, reason: 'Shows <somebody> else' }, ...byOperator },
      { type: 'avatar-removed', details: { version: 1 }, ...byOperator },
      { type: 'avatar-restored', details: { version: 4 } },
      { type: 'avatar-removed', details: { version: 3, reason: null }, ...byOwner },
    ],
  )
  t.strictSame(
    feed.body.items.filter((item) => item.type.startsWith('avatar-')).map(({ changes }) => changes),
    [{ avatarVersion: { before: 4, after: null } }, {}, { avatarVersion: { before: null, after: 4 } }, {}],
    'before and after, where the profile changed',
  )
  const mail = await mailbox.read(call, user.email, /Votre image a été retirée/)
  t.match(mail, { text: /Shows <somebody> else/, html: /Shows &#60;somebody&#62; else/ })
  const all = async () => (await call(inbox.list, { query: { to: user.email } })).body.items
  await waitFor(async () => (await all()).length >= 3)
  t.equal((await all()).filter(({ subject }) => /image/.test(subject)).length, 2, 'one e-mail for each')
})

t.test(
  'media tells what an operator did to uploads: once, by role, in the language of the owner',
  async (t) => {
    const mailbox = await startMailbox(t, 'inbox')
    const { asMedia, call, db, join, logIn, register, work } = await startAccounts(t, {
      config: mailbox.config,
    })
    await work()
    const { accessToken: token, user } = await join()
    const [manager, { id, username }] = [await register(), await register()]
    await db.updateTable('users').set({ role: 'manager' }).where('id', '=', manager.id).execute()
    await db.updateTable('users').set({ role: 'admin' }).where('id', '=', id).execute()
    const admin = await logIn(username)
    await call(me.patch, { body: { profile: { locale: 'fr' } }, token })
    const headers = await asMedia()
    const tell = (body: Partial<TellOwner>, id = user.id) =>
      call(toAccounts.tellOwner, {
        params: { id },
        body: {
          noticeId: newId(),
          kind: 'upload-refused',
          uploadIds: [newId()],
          actor: { id: manager.id, ip: '203.0.113.9', userAgent: 'console' },
          reason: 'Shows <somebody> else',
          byMail: true,
          ...body,
        },
        headers,
      })
    const noticeId = newId()
    t.match(await Promise.all([tell({ noticeId }), tell({ noticeId })]), [{ status: 204 }, { status: 204 }])
    const byAdmin = { id: admin.user.id, ip: '198.51.100.7', userAgent: 'curl' }
    await tell({ kind: 'picture-held', actor: byAdmin })
    await tell({ kind: 'picture-held', actor: byAdmin, byMail: false })
    await tell({ kind: 'hold-lifted', reason: null })
    const webhook = { id: newId(), url: 'https://shop.example.com/hooks' }
    await tell({ kind: 'webhook-paused', actor: null, uploadIds: [], reason: null, webhook }, id)
    const erased = { status: { before: 'superseded', after: 'erased' } }
    await tell({ kind: 'picture-erased', changes: erased, byMail: false }, id)
    t.match(await tell({}, newId()), { status: 404, body: { code: 'user-not-found' } })

    const feed = await call(me.listActivity, { token })
    const told = feed.body.items.filter(({ details }) => details.noticeId)
    const nameless = { actorId: null, ip: null, userAgent: null }
    t.match(told, [
      {
        type: 'hold-lifted',
        actorRole: 'manager',
        changes: { held: { before: true, after: false } },
        ...nameless,
      },
      { type: 'picture-held', actorRole: 'admin', ...nameless },
      { type: 'picture-held', actorRole: 'admin', ...nameless },
      {
        type: 'upload-refused',
        actorRole: 'manager',
        changes: { status: { before: 'pending', after: 'rejected' } },
        details: { noticeId, reason: 'Shows <somebody> else' },
        ...nameless,
      },
    ])
    t.equal(told.length, 4)
    const seen = await call(administration.listActivity, {
      params: { id: user.id },
      token: admin.accessToken,
    })
    t.match(
      seen.body.items.filter(({ details }) => details.noticeId),
      [manager.id, admin.user.id, admin.user.id, manager.id].map((actorId) =>
        actorId === manager.id
          ? { actorId, ip: '203.0.113.9', userAgent: 'console' }
          : { actorId, ip: byAdmin.ip, userAgent: byAdmin.userAgent },
      ),
      'managers see who, and from where',
    )
    const refused = await mailbox.read(call, user.email, /Votre image a été refusée/)
    t.match(refused, { text: /Shows <somebody> else/, html: /Shows &#60;somebody&#62; else/ })
    await mailbox.read(call, user.email, /Une image de votre historique a été retirée/)
    const all = (await call(inbox.list, { query: { to: user.email } })).body.items
    t.equal(all.filter(({ subject }) => /image/.test(subject)).length, 2)
    const stopped = await mailbox.read(call, admin.user.email, /A webhook of .* is paused/)
    t.match(stopped, { text: /https:\/\/shop\.example\.com\/hooks/ })
    const own = await call(me.listActivity, { token: admin.accessToken, query: { type: 'webhook-paused' } })
    const changes = { state: { before: 'enabled', after: 'paused' } }
    t.match(own.body.items, [{ actorKind: 'service', changes, details: { webhook } }])
    const query = { type: 'picture-erased' } as const
    const gone = await call(me.listActivity, { token: admin.accessToken, query })
    t.match(gone.body.items, [{ actorRole: 'manager', changes: erased }])
  },
)

t.test(
  'media changes the text of an avatar: the newest stays, and each change is reported once',
  async (t) => {
    const { asMedia, call, send, join } = await startAccounts(t)
    const { accessToken: token, user } = await join()
    const headers = await asMedia()
    const operator = { id: newId(), ip: '203.0.113.9', userAgent: 'console' }
    const owner = { id: user.id, ip: '198.51.100.1', userAgent: 'phone' }
    const shown = avatarOf(4)
    const params = { id: user.id }
    const put = (more: Partial<SetAvatar>) =>
      call(toAccounts.setAvatar, { params, body: { ...shown, ...more }, headers })
    const describe = (
      revision: number,
      altText: string | null,
      changes: TellDescription['changes'],
      version = 4,
    ) => {
      const body = { version, uploadId: shown.uploadId, revision, altText, changes }
      return call(toAccounts.describeAvatar, { params, body, headers })
    }
    const avatar = async () => (await call(me.read, { token })).body.avatar

    t.equal((await put({ altText: 'Zero' })).status, 204)
    const both = [
      { revision: 1, actor: operator, altText: { before: 'Zero', after: 'One' } },
      { revision: 2, actor: owner, altText: { before: 'One', after: 'Two' } },
    ]
    t.equal((await describe(2, 'Two', both)).status, 204)
    t.match(await avatar(), { version: 4, altText: 'Two' })
    const twice = await Promise.all([describe(2, 'Two', both), describe(1, 'One', both.slice(0, 1))])
    t.match(twice, [{ status: 204 }, { status: 204 }])
    t.match(await avatar(), { altText: 'Two' }, 'an older one comes late')
    t.equal((await put({ altText: 'Zero', sizes: [64, 256] })).status, 204)
    t.match(
      await avatar(),
      { altText: 'Two', urls: { 64: {} } },
      'more sizes, reported with the earlier text',
    )
    t.equal(
      (await describe(3, null, [{ revision: 3, actor: owner, altText: { before: 'Two', after: null } }]))
        .status,
      204,
    )
    t.match(await avatar(), { altText: null })
    t.equal((await put({ altText: 'Four', revision: 4 })).status, 204)
    t.match(await avatar(), { altText: 'Four' })

    // A change of another version leaves an activity row, and the profile stays as it is.
    t.equal((await describe(5, 'Five', [{ revision: 5, actor: owner, altText: null }], 3)).status, 204)
    t.match(await avatar(), { version: 4, altText: 'Four' })
    const feed = await call(me.listActivity, { query: { type: 'avatar-described' }, token })
    t.match(feed.body.items, [
      { details: { version: 3, revision: 5 } },
      { actorId: null, details: { version: 4, revision: 3, uploadId: shown.uploadId } },
      { actorId: null, ip: owner.ip, userAgent: owner.userAgent, details: { revision: 2 } },
      { actorId: null, actorRole: 'operator', ip: null, userAgent: null, details: { revision: 1 } },
    ])
    t.strictSame(
      feed.body.items.map(({ changes }) => changes),
      [
        {},
        { altText: { before: 'Two', after: null } },
        { altText: { before: 'One', after: 'Two' } },
        { altText: { before: 'Zero', after: 'One' } },
      ],
    )
    t.equal(
      (
        await send('PATCH', addressOf(toAccounts.describeAvatar, { params: { id: user.id } }), {
          body: {},
          token,
        })
      ).status,
      401,
      'by media alone',
    )
  },
)

t.test(
  'after PUBLIC_URL changes, avatars are at the new origin, including those stored before',
  async (t) => {
    const { another, asMedia, call, join } = await startAccounts(t)
    const { accessToken: token, user } = await join()
    const old = `${issuer}/v1/avatars/${user.id}/3`
    const urls = {
      64: { jpeg: `${old}/64.jpg`, webp: `${old}/64.webp` },
      256: { jpeg: `${old}/256.jpg`, webp: `${old}/256.webp` },
    }
    const stored = { version: 7, urls, thumbhash: null, altText: 'In red' }
    const made = {
      pathVersion: 3,
      sizes: [64, 256],
      formats: ['webp', 'jpeg'] as VariantFormat[],
      thumbhash: null,
      altText: 'In red',
    }
    const first = { ...avatarOf(7), ...made }
    await call(toAccounts.setAvatar, { params: { id: user.id }, body: first, headers: await asMedia() })
    t.same((await call(me.read, { token })).body.avatar, stored)

    const moved = await another({ PUBLIC_URL: 'https://moved.test', JWT_ISSUER: issuer })
    const at = JSON.parse(JSON.stringify(stored).replaceAll(issuer, 'https://moved.test')) as typeof stored
    t.same((await moved.call(me.read, { token })).body.avatar, at)
    t.same((await moved.call(users.read, { params: { id: user.id }, token })).body.avatar, at)

    const actor = { id: newId(), ip: '203.0.113.9', userAgent: 'console' }
    const body = { ...avatarOf(8), actor }
    await call(toAccounts.setAvatar, { params: { id: user.id }, body, headers: await asMedia() })
    const feed = await call(me.listActivity, { query: { type: 'avatar-published' }, token })
    t.match(feed.body.items, [{ actorId: null, actorRole: 'operator', ip: null, userAgent: null }])
  },
)
