import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { avatars, failures, history, people, uploads } from '@likeness/contracts/endpoints'
import { openCalls, startIssuer, waitFor } from '@likeness/test-kit'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { form, jpeg } from '../testing/pictures.js'
import { startMedia } from '../testing/start-media.js'
import { blobs } from '../testing/steps.js'
import { requeueStuck } from '../upkeep/requeue-stuck.js'
import { importPicture } from './import-picture.job.js'

const picture = await jpeg(120, 120, '#2266aa')

/** A server of pictures, which counts what it is asked for. */
async function startWeb(t: Test) {
  const web = {
    url: '',
    asked: [] as string[],
    answer: ((_request, response) => void response.end(picture)) as RequestListener,
  }
  const server = createServer((request, response) => {
    web.asked.push(request.url ?? '')
    web.answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  web.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return web
}

/** Media alone, whose jobs run when a test says so or starts a worker, and two logins: one whose pictures are imported. */
async function startWith(t: Test) {
  const [issuer, plain, web] = [await startIssuer(t), await startIssuer(t), await startWeb(t)]
  const roles = { claims: { roles: ['role'] }, roles: { admin: ['root'] } }
  const ISSUERS = JSON.stringify([
    { alias: 'shop', issuer: issuer.url, audience: ['product'], importPicture: true, ...roles },
    { alias: 'plain', issuer: plain.url, audience: ['product'] },
  ])
  const config = { ACCOUNTS_URL: '', ISSUERS, OUTBOUND_ALLOW: '127.0.0.1', UPKEEP_SCHEDULE: 'off' }
  const media = await startMedia(t, { config })
  const { db } = media.deps
  const as = async (sub: string, claims: Record<string, unknown> = {}, login = issuer) =>
    openCalls(media.url, { token: await login.token({ sub, ...claims }) })
  const admin = await as('root', { role: 'root' })
  const rows = () => db.selectFrom('picture_imports').selectAll().execute()
  return {
    ...{ media, db, issuer, plain, web, as, admin, rows },
    /** Someone who comes for the first time, with a picture at this path. */
    arrive: async (sub: string, path = '/me.jpg') => {
      const person = await as(sub, { picture: web.url + path })
      t.match(await person.call(uploads.list), { status: 200, body: { items: [] } })
      const { body } = await admin.call(people.read, { params: { issuer: 'shop', subject: sub } })
      return { ...person, id: body.id }
    },
    run: (userId: string) => importPicture(media.deps, { userId }),
    /** Lets the time until the next try pass. */
    pass: () =>
      sql`update picture_imports set next_at = now() - interval '1 second' where ended_at is null`.execute(
        db,
      ),
    listOf: async ({ call }: Pick<typeof admin, 'call'>) => (await call(uploads.list, {})).body.items,
    ended: async () => {
      const { body } = await admin.call(failures.list, {})
      return body.items.filter(({ step }) => step === 'import')
    },
  }
}

t.test('the picture of a login is imported when a person first comes, and confirmed', async (t) => {
  const { media, web, admin, arrive, as, listOf, rows } = await startWith(t)
  await media.work()
  const ana = await arrive('ana', '/pictures/Zo%C3%A9.jpg')
  const [shown] = await waitFor(
    async () => {
      const items = await listOf(ana)
      return items[0]?.status === 'published' && items
    },
    { for: 'the avatar' },
  )
  t.match(shown, { originalFilename: 'Zoé.jpg', bytes: picture.length, isConfirmed: true })
  for (const [endpoint, params] of [
    [avatars.serve, { userId: ana.id }],
    [avatars.serveBySubject, { issuer: 'shop', subject: 'ana' }],
  ] as const)
    t.equal(
      (await ana.call(endpoint, { params: params as never, query: { default: '404' } })).status,
      200,
      endpoint.id,
    )
  const { body } = await admin.call(history.trail, { params: { uploadId: shown?.id ?? '' } })
  t.match(
    body.items.filter(({ type }) => type === 'uploaded' || type === 'confirmed'),
    [
      { type: 'uploaded', actorKind: 'service', actorId: null, details: { source: 'login' } },
      { type: 'confirmed', actorKind: 'service', actorId: null },
    ],
  )
  t.strictSame(await rows(), [])

  // Only at first sight: another picture in a later token changes nothing.
  const later = await as('ana', { picture: `${web.url}/other.jpg` })
  t.equal((await listOf(later)).length, 1)
  t.strictSame(web.asked, ['/pictures/Zo%C3%A9.jpg'])
})

t.test('two requests at first sight at once import once', async (t) => {
  const { media, web, as, rows, listOf } = await startWith(t)
  const claims = { picture: `${web.url}/me.jpg` }
  const [one, two] = [await as('ana', { ...claims, n: 1 }), await as('ana', { ...claims, n: 2 })]
  await Promise.all([one, two].map(({ call }) => call(uploads.list, {})))
  t.equal((await rows()).length, 1)
  const [{ user_id: userId } = { user_id: '' }] = await rows()
  await Promise.all([1, 2, 3].map(() => importPicture(media.deps, { userId })))
  t.strictSame(web.asked, ['/me.jpg'])
  t.match(await listOf(one), [{ status: 'confirmed' }])
})

t.test('an own upload wins: made before the import begins, and while it is fetched', async (t) => {
  const { media, web, arrive, run, listOf, rows } = await startWith(t)
  const send = async ({ call }: Awaited<ReturnType<typeof arrive>>) =>
    (await call(uploads.create, { body: form(await jpeg()) })).body.id
  const early = await arrive('early')
  const own = await send(early)
  await run(early.id)
  t.match(await listOf(early), [{ id: own, status: 'pending' }])
  t.strictSame(web.asked, [], 'its picture is not even fetched')

  const late = await arrive('late')
  let made = ''
  web.answer = (_request, response) =>
    void send(late).then((id) => {
      made = id
      response.end(picture)
    })
  await run(late.id)
  t.strictSame(web.asked, ['/me.jpg'])
  t.match(await listOf(late), [{ id: made, status: 'pending' }])
  t.equal((await listOf(late)).length, 1)
  t.equal((await blobs(media)).length, 2, 'nothing of the import is left')
  t.strictSame(await rows(), [])
})

t.test('what cannot be had fails nothing, and is noted', async (t) => {
  const { media, web, admin, as, arrive, run, listOf, ended, rows } = await startWith(t)
  web.answer = (_request, response) => void response.end('<html>')
  const noPicture = await arrive('html')
  await run(noPicture.id)
  const inward = await as('inward', { picture: 'http://169.254.169.254/latest/meta-data' })
  t.match(await inward.call(uploads.list), { status: 200 })
  const waiting = (await rows()).find(({ ended_at }) => ended_at === null)
  await run(waiting?.user_id ?? '')
  web.answer = (_request, response) => void response.writeHead(302, { location: 'http://10.0.0.1/' }).end()
  const redirected = await arrive('redirected')
  await run(redirected.id)
  t.match(await ended(), [
    { cause: 'import-refused', state: 'ended', count: 2 },
    { cause: 'unsupported-image', state: 'ended', count: 1 },
  ])
  const query = { step: 'import', cause: 'unsupported-image', state: 'ended' } as const
  t.match((await admin.call(failures.items, { query })).body.items, [
    { userId: noPicture.id, uploadId: null, attempts: 1 },
  ])
  t.strictSame(await listOf(noPicture), [])
  t.strictSame(await blobs(media), [])
  // They upload one themselves.
  t.match(await noPicture.call(uploads.create, { body: form(await jpeg()) }), { status: 201 })
})

t.test('what fails for now is tried again, five times', async (t) => {
  const { media, db, web, arrive, run, pass, listOf, ended, rows } = await startWith(t)
  web.answer = (_request, response) => void response.writeHead(500).end()
  const ana = await arrive('ana')
  for (let tries = 1; tries < 5; tries += 1) {
    await t.rejects(run(ana.id), { code: 'import-failed' })
    await run(ana.id)
    t.equal(web.asked.length, tries, 'not before its time')
    await pass()
  }
  await run(ana.id)
  t.match(await rows(), [{ attempts: 5, failure: 'import-failed' }])
  t.match(await ended(), [{ cause: 'import-failed', state: 'ended', attempts: 5 }])
  await pass()
  await run(ana.id)
  t.equal(web.asked.length, 5)

  // Upkeep adds the job again, and the cause of the last failure is seen until then.
  const ben = await arrive('ben')
  await media.work()
  await waitFor(async () => (await db.selectFrom('failed_runs').select('cause').execute()).length === 1)
  await sql`update picture_imports set next_at = now() - interval '1 minute' where ended_at is null`.execute(
    db,
  )
  t.match(await ended(), [
    { cause: 'import-failed', state: 'ended' },
    { cause: 'import-failed', state: 'waiting', count: 1, attempts: 1 },
  ])
  web.answer = (_request, response) => void response.end(picture)
  t.match(await requeueStuck(media.deps, { dryRun: false }), { import: 1 })
  await waitFor(async () => (await listOf(ben))[0]?.status === 'published', { for: 'the avatar' })
})

t.test('a person who is erased meanwhile gets no picture', async (t) => {
  const { media, web, admin, arrive, run, rows } = await startWith(t)
  const params = { issuer: 'shop', subject: 'ana' }
  const ana = await arrive('ana')
  await media.work()
  await waitFor(async () => web.asked.length === 1 && (await rows()).length === 0)
  const ben = await arrive('ben')
  t.ok(ben.id)
  t.equal((await admin.call(people.erase, { params })).status, 202)
  await waitFor(async () => (await admin.call(people.erase, { params })).status === 204)

  const { media: other, web: slow, admin: boss, arrive: come, run: go, rows: left } = await startWith(t)
  const eve = await come('eve')
  slow.answer = (_request, response) =>
    void boss
      .call(people.erase, { params: { issuer: 'shop', subject: 'eve' } })
      .then(() => response.end(picture))
  await go(eve.id)
  t.equal(slow.asked.length, 1)
  t.strictSame(await other.deps.db.selectFrom('uploads').select('id').execute(), [])
  t.strictSame(await blobs(other), [])
  await other.work()
  await waitFor(async () => (await left()).length === 0, { for: 'the erasure' })
  await run(ana.id)
})

t.test('nothing is imported unless the option says so, and the claim is an address', async (t) => {
  const { plain, web, as, rows } = await startWith(t)
  const others: [string, unknown][] = [
    ['a', 'javascript:alert(1)'],
    ['b', 12],
    ['c', `${web.url}/${'x'.repeat(2_000)}`],
    ['d', 'http://['],
    ['e', { url: web.url }],
    ['f', undefined],
  ]
  for (const [sub, picture] of others)
    t.match(await (await as(sub, { picture })).call(uploads.list), { status: 200 }, sub)
  const ana = await as('ana', { picture: `${web.url}/me.jpg` }, plain)
  t.match(await ana.call(uploads.list), { status: 200 })
  t.strictSame(await rows(), [])
})
