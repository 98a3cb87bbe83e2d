import { addressOf, type HistoryEntry } from '@likeness/contracts'
import { avatars, history, uploads } from '@likeness/contracts/endpoints'
import t from 'tap'
import { form, jpeg, quarters } from '../testing/pictures.js'
import { type Media, startMedia } from '../testing/start-media.js'
import { publish, upload } from '../testing/steps.js'

const media: Media = await startMedia(t, {
  config: { PENDING_PER_USER: '100', UPLOADS_PER_10_MINUTES: '1000', TRUST_PROXY: '127.0.0.1, 10.0.0.0/8' },
})
await media.work()
const [ana, ben, max] = [await media.person(), await media.person(), await media.person('manager')]

type Page = { items: HistoryEntry[]; nextCursor: string | null }
const ask = (query: string) => max.send<Page>('GET', `${addressOf(history.list)}${query}`)
const idsOf = async (query: string) => (await ask(query)).body.items.map((one) => one.id)

const named = async (person: typeof ana, name: string, bytes: Buffer, from?: string) => {
  const answer = await person.call(uploads.create, {
    body: form(bytes, name),
    headers: from === undefined ? {} : { 'x-forwarded-for': from },
  })
  return answer.body
}
const png = await quarters(40, 40).png().toBuffer()
const first = await publish(ana)
const second = await publish(ana)
const third = await named(ben, 'Grüße_100%.png', png, '203.0.113.9')
const fourth = await named(ben, 'Grosse 1009.PNG', png, '2001:db8::1')
const fifth = await named(max, 'by-manager.jpg', await jpeg())
const newestFirst = [fifth, fourth, third, second, first].map((one) => one.id)

t.test('for managers and admins alone', async (t) => {
  for (const path of [
    addressOf(history.list),
    addressOf(history.trail, { params: { uploadId: first.id } }),
  ]) {
    t.match(await ana.send('GET', path), { status: 403, body: { code: 'forbidden' } })
    t.equal((await fetch(`${media.url}${path}`)).status, 401)
    t.equal((await (await media.person('admin')).send('GET', path)).status, 200)
  }
})

t.test('everyone’s uploads, newest first, in pages', async (t) => {
  t.strictSame(await idsOf(''), newestFirst)
  const seen: string[] = []
  for (let query: string | null = '?limit=2'; query !== null; ) {
    const { body, headers } = await ask(query)
    seen.push(...body.items.map((one) => one.id))
    query = body.nextCursor && `?limit=2&cursor=${body.nextCursor}`
    t.equal(headers.get('link') !== null, query !== null)
    // An upload in the meantime moves no later page.
    if (seen.length === 2) await upload(ana)
  }
  t.strictSame(seen, newestFirst)
  t.match(await ask('?cursor=forged'), { status: 400, body: { code: 'invalid-cursor' } })
})

t.test('a cursor continues its own list alone', async (t) => {
  const list = (path: string) => max.send<Page>('GET', path)
  const trailOf = (uploadId: string, query: object) =>
    addressOf(history.trail, { params: { uploadId }, query })
  const lists: ((query: object) => string)[] = [
    (query) => addressOf(history.list, { query }),
    (query) => addressOf(history.list, { query: { userId: ana.id, ...query } }),
    (query) => trailOf(first.id, query),
    (query) => trailOf(second.id, query),
    (query) => addressOf(uploads.list, { query: { userId: ana.id, ...query } }),
    (query) => addressOf(uploads.list, { query: { userId: ben.id, ...query } }),
  ]
  for (const one of lists) {
    const path = one({})
    const { nextCursor: cursor } = (await list(one({ limit: 1 }))).body
    t.type(cursor, 'string', `${path} has another page`)
    const next = await list(one({ limit: 7, cursor }))
    t.match([next.status, next.headers.get('cache-control')], [200, 'no-store'], `${path} goes on`)
    for (const other of lists.filter((another) => another !== one)) {
      const answer = await list(other({ cursor }))
      t.match(answer, { status: 400, body: { code: 'invalid-cursor' } }, other({}))
    }
  }
})

t.test(
  'a parameter that a route does not know is refused by name, except in Gravatar’s addresses',
  async (t) => {
    for (const [path, names] of [
      [addressOf(history.list, { query: { user: 'bob' } }), ['user']],
      [addressOf(uploads.list, { query: { userID: ana.id, limit: 2, x: 1 } }), ['userID', 'x']],
      [addressOf(uploads.read, { params: { id: second.id }, query: { wait: 1 } }), ['wait']],
      [addressOf(avatars.serve, { params: { userId: ana.id }, query: { width: 1 } }), ['width']],
    ] as const) {
      const { status, body } = await max.send('GET', path)
      t.match([status, body.code], [400, 'validation-failed'], path)
      t.strictSame(
        body.errors?.map((error) => error.path),
        names,
      )
    }
    const preflight = { origin: 'https://a.example', 'access-control-request-method': 'GET' }
    t.equal(
      (await max.send('OPTIONS', `${addressOf(uploads.list)}?status=pending&x`, { headers: preflight }))
        .status,
      204,
    )
    const hashed = { params: { file: '0'.repeat(32) }, query: { d: 'retro', width: '1' } }
    t.equal((await max.send('GET', addressOf(avatars.serveHashed, hashed))).status, 200)

    const crop = { x: 0, y: 0, width: 10, height: 10, zoom: 2 }
    const confirmed = await ben.call(uploads.confirm, { params: { id: third.id }, body: { crop } })
    t.match(confirmed, { status: 400, body: { code: 'validation-failed' } })
  },
)

t.test('each upload shows each upload shows who uploaded it from where, and its avatar', async (t) => {
  const { items } = (await ask('?limit=100')).body
  const entry = (id: string) => items.find((one) => one.id === id)
  t.match(entry(third.id), { userId: ben.id, uploadedBy: ben.id, ip: '203.0.113.9', avatar: null })
  t.match(entry(second.id), { userId: ana.id, status: 'published', avatar: second.avatar })
  const [one] = (await max.call(history.list, { query: { userId: ana.id, status: 'superseded' } })).body.items
  t.match(one, { id: first.id, avatar: first.avatar })
})

t.test('an address is kept in one form, and an invalid one does no harm', async (t) => {
  const owner = await media.person()
  for (const [from, kept] of [
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['203.0.113.7:5151', '203.0.113.7'],
    ['[2001:db8::7]:5151', '2001:db8::7'],
    ['fe80::7%eth0', 'fe80::7'],
    ['"[::ffff:cb00:7107]:80"', '203.0.113.7'],
    // A proxy that hides its clients stands in for them.
    ['unknown', '127.0.0.1'],
    ['_hidden, 10.0.0.7:4711', '10.0.0.7'],
    ['203.0.113.7:5151, 10.0.0.7:4711', '203.0.113.7'],
  ] as const) {
    const { id } = await named(owner, 'from.jpg', await jpeg(), from)
    t.match((await ask(`?userId=${owner.id}`)).body.items[0], { id, ip: kept }, from)
  }
})

t.test('filters', async (t) => {
  t.strictSame(await idsOf(`?userId=${ben.id}`), [fourth.id, third.id])
  t.strictSame(await idsOf('?status=superseded'), [first.id])
  t.strictSame(await idsOf('?format=png'), [fourth.id, third.id])
  t.strictSame(await idsOf(`?format=png&userId=${ana.id}`), [])
  t.strictSame(await idsOf('?q=GRÜSSE'), [], 'letters are letters')
  t.strictSame(await idsOf(`?q=${encodeURIComponent('grüß')}`), [third.id], 'in any case')
  t.strictSame(await idsOf(`?q=${encodeURIComponent('100%')}`), [third.id], 'wildcards mean themselves')
  t.strictSame(await idsOf('?q=s_10'), [])
  t.strictSame(await idsOf('?ip=203.0.113.9'), [third.id])
  t.strictSame(await idsOf('?ip=2001:db8:0::1'), [fourth.id])
  t.strictSame(await idsOf('?ip=198.51.100.1'), [])
  const at = third.uploadedAt
  t.strictSame(await idsOf(`?to=${at}&limit=100`), [second.id, first.id], 'before')
  t.ok((await idsOf(`?from=${at}`)).includes(third.id), 'then or later')
  t.strictSame(await idsOf(`?from=${at}&to=${at}`), [])
  t.strictSame(await idsOf('?to=1950-01-01T00:00:00Z'), [])
  t.strictSame(await idsOf('?from=9990-01-01T00:00:00Z'), [])
  for (const query of [
    '?ip=localhost',
    '?q=ab',
    '?from=yesterday',
    '?status=gone',
    '?limit=0',
    '?userId=1',
  ]) {
    t.match(await ask(query), { status: 400, body: { code: 'validation-failed' } })
  }
})

t.test('an erased upload stays in the audit, with its trail', async (t) => {
  t.equal((await max.call(uploads.remove, { params: { id: first.id } })).status, 204)
  t.match((await ask('?status=erased')).body.items, [
    { id: first.id, previewUrl: null, thumbhash: null, avatar: null, originalFilename: 'photo.jpg' },
  ])
  const trail = await max.call(history.trail, { params: { uploadId: first.id } })
  const { items } = trail.body
  t.match(items[0], {
    type: 'uploaded',
    actorId: ana.id,
    ip: '127.0.0.1',
    details: { filename: 'photo.jpg' },
  })
  t.match(items.at(-1), { type: 'erased', actorId: max.id })
  t.match(items.at(-2), { type: 'superseded', actorId: null, details: { version: first.avatar?.version } })
  t.strictSame(
    items.map((event) => event.seq),
    items.map((event) => event.seq).toSorted((a, b) => a - b),
  )

  const seen: string[] = []
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const { body }: typeof trail = await max.call(history.trail, {
      params: { uploadId: first.id },
      query: { limit: 2, cursor },
    })
    seen.push(...body.items.map((event) => event.type))
    cursor = body.nextCursor
  }
  t.strictSame(
    seen,
    items.map((event) => event.type),
  )
  t.match(await max.call(history.trail, { params: { uploadId: crypto.randomUUID() } }), {
    status: 404,
    body: { code: 'upload-not-found' },
  })
})
