import { avatars, history, people, uploads } from '@likeness/contracts/endpoints'
import { openCalls, startIssuer, waitFor } from '@likeness/test-kit'
import t, { type Test } from 'tap'
import { form, jpeg } from '../testing/pictures.js'
import { startMedia } from '../testing/start-media.js'
import { blobs } from '../testing/steps.js'

/** Media without an accounts service. */
async function startAlone(t: Test) {
  const issuer = await startIssuer(t)
  const login = {
    ...{ alias: 'shop', issuer: issuer.url, audience: ['product'] },
    ...{ claims: { roles: ['role'] }, roles: { admin: ['root'], manager: ['desk'] } },
  }
  const media = await startMedia(t, { config: { ACCOUNTS_URL: '', ISSUERS: JSON.stringify([login]) } })
  const as = async (sub: string, claims: Record<string, unknown> = {}) =>
    openCalls(media.url, { token: await issuer.token({ sub, ...claims }) })
  return { issuer, media, as, admin: await as('root', { role: 'root' }) }
}

t.test('it does not start without anybody who may log in', async (t) => {
  await t.rejects(startMedia(t, { config: { ACCOUNTS_URL: '' } }), {
    message: /ACCOUNTS_URL is required, unless ISSUERS/,
  })
})

t.test('upload, confirm, another one, withdraw: the whole flow without accounts', async (t) => {
  const { media, as, admin } = await startAlone(t)
  await media.work()
  const ana = await as('ana')
  const publish = async () => {
    const { body } = await ana.call(uploads.create, { body: form(await jpeg()) })
    return ana.call(uploads.confirm, { params: { id: body.id }, headers: { prefer: 'wait=30' } })
  }
  t.match(await publish(), { status: 200, body: { status: 'published' } })
  const second = await publish()
  t.match(second, { status: 200, body: { status: 'published' } })
  const { userId } = second.body

  const managers = await as('eve', { role: 'desk' })
  const { body: found } = await managers.call(history.list, { query: { userId } })
  t.strictSame(
    found.items.map(({ status }) => status),
    ['published', 'superseded'],
  )
  t.match(await admin.call(people.read, { params: { issuer: 'shop', subject: 'ana' } }), {
    body: { id: userId },
  })
  t.match(await managers.call(people.read, { params: { issuer: 'shop', subject: 'ana' } }), { status: 403 })

  // For another, who must be known.
  const forAna = await managers.call(uploads.create, { body: form(await jpeg()), query: { userId } })
  t.match(forAna, { status: 201, body: { userId } })
  const nobody = '019366c0-0000-7000-8000-000000000000'
  t.match(await managers.call(uploads.create, { body: form(await jpeg()), query: { userId: nobody } }), {
    status: 404,
    body: { code: 'user-not-found' },
  })

  t.match(await managers.call(avatars.withdraw, { params: { userId }, body: { reason: 'not a face' } }), {
    status: 204,
  })
  await waitFor(
    async () =>
      (await ana.call(avatars.serve, { params: { userId }, query: { default: '404' } })).status === 404,
  )
})

t.test('sessions of a person are ended: tokens until then are refused by every process', async (t) => {
  const { issuer, media, as, admin } = await startAlone(t)
  const other = await media.serve()
  const token = await issuer.token({ sub: 'ana' })
  const [here, there] = [openCalls(media.url, { token }), openCalls(other.url, { token })]
  t.match(await here.call(uploads.list, {}), { status: 200 })
  t.match(await there.call(uploads.list, {}), { status: 200 })
  const params = { issuer: 'shop', subject: 'ana' }
  t.match(await admin.call(people.endSessions, { params }), { status: 204 })
  for (const { call } of [here, there])
    await waitFor(async () => (await call(uploads.list, {})).status === 401)
  t.match(await (await as('ana')).call(uploads.list, {}), { status: 401 }, 'another token from before')
  const seconds = Math.ceil(Date.now() / 1000)
  t.match(
    await (await as('ana', { iat: seconds + 1 })).call(uploads.list, {}),
    { status: 200 },
    'a later one',
  )
  t.match(await admin.call(people.endSessions, { params: { ...params, subject: 'nobody' } }), {
    status: 404,
    body: { code: 'person-not-found' },
  })
  t.match(await admin.call(people.endSessions, { params: { ...params, issuer: 'none' } }), { status: 404 })
})

t.test(
  'a person is exported, and erased with everything; a token from before brings nobody back',
  async (t) => {
    const { issuer, media, as, admin } = await startAlone(t)
    await media.work()
    const token = await issuer.token({ sub: 'ana', email: 'ana@example.com', name: 'Ana', locale: 'fr' })
    const ana = openCalls(media.url, { token })
    const { body } = await ana.call(uploads.create, { body: form(await jpeg()) })
    await ana.call(uploads.confirm, { params: { id: body.id }, headers: { prefer: 'wait=30' } })
    const params = { issuer: 'shop', subject: 'ana' }
    t.match(await admin.call(people.read, { params }), {
      body: { id: body.userId, email: 'ana@example.com', name: 'Ana', locale: 'fr', sessionsEndedAt: null },
    })
    const exported = await admin.call(people.export, { params })
    t.match(exported, { status: 200, body: { uploads: [{ id: body.id, status: 'published' }] } })
    t.equal(exported.body.files.length, 12)

    t.equal((await admin.call(people.erase, { params })).status, 202)
    await waitFor(async () => (await admin.call(people.erase, { params })).status === 204)
    await waitFor(async () => (await blobs(media)).length === 0)
    t.strictSame(
      await media.deps.db.selectFrom('people').select('subject').where('subject', '=', 'ana').execute(),
      [],
    )
    await waitFor(async () => (await ana.call(uploads.list, {})).status === 401)
    t.match(await (await as('ana')).call(uploads.list, {}), { status: 401 }, 'another token from before')
    t.match(await admin.call(people.read, { params }), { status: 404, body: { code: 'person-not-found' } })

    const later = Math.ceil(Date.now() / 1000) + 1
    const again = await (await as('ana', { iat: later })).call(uploads.list, {})
    t.match(again, { status: 200, body: { items: [] } }, 'a newer token makes a new person')
    t.match(
      await (await as('ana', { name: 'Ana again' })).call(uploads.list, {}),
      { status: 401 },
      'not an older one',
    )
  },
)
