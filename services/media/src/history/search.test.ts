import { addressOf, type HistoryEntry, type HistorySort } from '@likeness/contracts'
import { avatars, history } from '@likeness/contracts/endpoints'
import t from 'tap'
import { jpeg, quarters } from '../testing/pictures.js'
import { startMedia } from '../testing/start-media.js'
import { publish, settled, upload } from '../testing/steps.js'

const media = await startMedia(t, { config: { PENDING_PER_USER: '100', UPLOADS_PER_10_MINUTES: '1000' } })
await media.work()
const [ana, ben, max] = [await media.person(), await media.person(), await media.person('manager')]
media.accounts.usernames.set('ana', ana.id).set('ben', ben.id)

type Page = { items: HistoryEntry[]; nextCursor: string | null }
const ask = (query: object) => max.send<Page>('GET', addressOf(history.list, { query }))
const idsOf = async (query: object) => (await ask(query)).body.items.map((one) => one.id)

const big = await publish(ana, await quarters(900, 900).png().toBuffer())
const small = await publish(ana, await jpeg(20, 20))
const twin = await publish(ben, await jpeg(20, 20))
const middle = await upload(ben, await jpeg(400, 400))
const whole = await quarters(600, 600).png().toBuffer()
const broken = await settled(ben, (await upload(ben, whole.subarray(0, whole.length / 2))).id)
const all = [big, small, twin, middle, broken]
const ids = (uploads: readonly { id: string }[]) => uploads.map((one) => one.id)

/** All pages of a list, and the cursor of its second. */
async function pagesOf(query: object): Promise<{ seen: string[]; cursor: string | null }> {
  const first = await ask({ ...query, limit: 2 })
  const seen = ids(first.body.items)
  for (let { nextCursor: cursor } = first.body; cursor !== null; ) {
    const { body } = await ask({ ...query, limit: 1, cursor })
    seen.push(...ids(body.items))
    cursor = body.nextCursor
  }
  return { seen, cursor: first.body.nextCursor }
}

t.test('each sort, in both directions and in pages, of all and of a filter', async (t) => {
  const bySize = all.toSorted((a, b) => a.bytes - b.bytes || (a.id < b.id ? -1 : 1))
  t.strictSame([small.bytes, small.sha256], [twin.bytes, twin.sha256], 'two are of the same size')
  const expected: Partial<Record<HistorySort, readonly { id: string }[]>> = {
    uploadedAt: all,
    bytes: bySize,
    // Only those that were.
    confirmedAt: [big, small, twin],
  }
  const cursors: [query: object, cursor: string | null][] = []
  for (const [sort, order] of Object.entries(expected)) {
    for (const filter of [{}, { from: '2020-01-01T00:00:00Z' }, { format: 'png' }, { q: 'PHOTO.j' }]) {
      const inOrder = ids(order).filter((id) => !('format' in filter) || [big.id, broken.id].includes(id))
      const [ascending, descending] = [
        { ...filter, sort },
        { ...filter, sort: `-${sort}` },
      ]
      const [up, down] = [await pagesOf(ascending), await pagesOf(descending)]
      t.strictSame(up.seen, inOrder, JSON.stringify(ascending))
      t.strictSame(down.seen, inOrder.toReversed(), JSON.stringify(descending))
      cursors.push([ascending, up.cursor], [descending, down.cursor])
    }
  }
  t.strictSame(await idsOf({}), ids(all).toReversed(), 'newest first by default')
  const paged = cursors.filter(([, cursor]) => cursor !== null)
  for (const [query] of paged) {
    for (const [other, cursor] of paged) {
      if (other !== query)
        t.match(await ask({ ...query, cursor }), { status: 400, body: { code: 'invalid-cursor' } })
    }
  }
})

t.test('a cursor cannot be changed', async (t) => {
  const query = { sort: '-bytes', limit: 1 }
  const { nextCursor } = (await ask(query)).body
  const bytes = Buffer.from(nextCursor ?? '', 'base64url')
  const changed = [
    nextCursor?.slice(0, -1),
    `${nextCursor}A`,
    Buffer.concat([bytes.subarray(0, 16), Buffer.from(`${small.id} 1`)]).toString('base64url'),
    Buffer.from(bytes.map((byte, index) => (index === bytes.length - 1 ? byte ^ 1 : byte))).toString(
      'base64url',
    ),
    small.id,
    "' or true --",
  ]
  for (const cursor of changed)
    t.match(await ask({ ...query, cursor }), { status: 400, body: { code: 'invalid-cursor' } }, `${cursor}`)
})

t.test('what a picture is, and what became of it', async (t) => {
  t.strictSame(await idsOf({ sha256: small.sha256.toUpperCase() }), [twin.id, small.id])
  t.strictSame(await idsOf({ sha256: small.sha256, sort: 'bytes', userId: ana.id }), [small.id])
  t.strictSame(await idsOf({ sha256: '0'.repeat(64) }), [])
  t.strictSame(await idsOf({ failure: 'invalid-image' }), [broken.id])
  t.strictSame(await idsOf({ failure: 'invalid-image', status: 'failed' }), [])
  t.strictSame(await idsOf({ failure: 'too-many-pixels', sort: '-bytes' }), [])
  for (const [query, code] of [
    [{ sha256: 'abc' }, 'not-a-sha256'],
    [{ failure: "'; drop" }, 'not-a-failure'],
    [{ sort: 'filename' }, 'not-a-choice'],
    [{ username: 'a b' }, 'not-a-username'],
    [{ actorId: 'me' }, 'not-an-id'],
    [{ from: '2026-02-01T00:00:00Z', to: '2026-01-01T00:00:00Z' }, 'not-after'],
  ] as const) {
    const path = Object.keys(query).at(-1)
    t.match(await ask(query), { status: 400, body: { errors: [{ path, code }] } }, JSON.stringify(query))
  }
  const decades = { from: '1900-01-01T00:00:00Z', to: '2900-01-01T00:00:00Z' }
  for (const sort of ['-uploadedAt', 'bytes', '-confirmedAt'] as const)
    t.equal((await idsOf({ ...decades, sort, q: 'photo' })).length, sort === '-confirmedAt' ? 3 : 5)
})

t.test('by the name of their owner, which accounts knows', async (t) => {
  t.strictSame(await idsOf({ username: 'ana' }), [small.id, big.id])
  t.strictSame(await idsOf({ username: 'ana', userId: ana.id, sort: '-bytes' }), [big.id, small.id])
  t.match(await ask({ username: 'ana', userId: ben.id }), { status: 200, body: { items: [] } })
  t.match(await ask({ username: 'nobody' }), { status: 200, body: { items: [], nextCursor: null } })
  media.accounts.away = true
  t.match(await ask({ username: 'ana' }), { status: 503, body: { code: 'overloaded' } })
  t.equal((await ask({ userId: ana.id })).status, 200, 'an id needs no answer from accounts')
  media.accounts.away = false
})

t.test('by the person who did something to them', async (t) => {
  t.strictSame(await idsOf({ actorId: max.id }), [])
  t.strictSame(await idsOf({ actorId: ben.id }), ids([broken, middle, twin]))
  const reason = { query: { reason: 'not a face' } }
  t.equal((await max.call(avatars.withdraw, { params: { userId: ana.id }, ...reason })).status, 204)
  t.equal((await max.call(avatars.withdraw, { params: { userId: ben.id }, ...reason })).status, 204)
  const own = await upload(max)
  for (const sort of ['uploadedAt', 'bytes'] as const)
    t.strictSame(
      (await idsOf({ actorId: max.id, sort })).toSorted(),
      ids([small, twin, own]).toSorted(),
      sort,
    )
  t.strictSame(await idsOf({ actorId: max.id, userId: ben.id, sort: '-confirmedAt' }), [twin.id])
  t.strictSame(await idsOf({ actorId: max.id, ip: '127.0.0.1', status: 'withdrawn' }), [twin.id, small.id])
})
