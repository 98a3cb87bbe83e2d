import { randomUUID } from 'node:crypto'
import { addressOf } from '@likeness/contracts'
import { avatars } from '@likeness/contracts/endpoints'
import sharp from 'sharp'
import t from 'tap'
import { startMedia } from '../testing/start-media.js'

const media = await startMedia(t)
const ana = randomUUID()
media.accounts.people.set(ana, { initials: 'AS', hashes: [] })

const get = (userId: string, query = '', headers: Record<string, string> = {}) =>
  fetch(`${media.url}${addressOf(avatars.serve, { params: { userId } })}${query}`, { headers })

async function pixelsOf(answer: Response) {
  return sharp(Buffer.from(await answer.arrayBuffer()))
    .raw()
    .toBuffer({ resolveWithObject: true })
}

/** The colour in the upper left corner. */
async function groundOf(answer: Response): Promise<number[]> {
  const { data, info } = await pixelsOf(answer)
  return [...data.subarray(0, info.channels)]
}

const grey = (colour: readonly number[]) => colour.every((value) => Math.abs(value - 225) < 4)

t.test('initials, in the sizes and formats of real avatars', async (t) => {
  for (const [query, type, side] of [
    ['', 'image/jpeg', 256],
    ['?size=100', 'image/jpeg', 128],
    ['?size=4096&format=webp', 'image/webp', 512],
  ] as const) {
    const answer = await get(ana, query)
    t.equal(answer.status, 200)
    t.equal(answer.headers.get('content-type'), type)
    t.equal(answer.headers.get('cache-control'), 'public, max-age=60, stale-while-revalidate=600')
    t.equal(answer.headers.get('x-content-type-options'), 'nosniff')
    t.match(answer.headers.get('vary'), /accept/i)
    const { info, data } = await pixelsOf(answer)
    t.strictSame([info.width, info.height], [side, side])
    t.ok(data.includes(250) || data.includes(255), 'white letters')
  }
  t.equal((await get(ana, '', { accept: 'image/webp' })).headers.get('content-type'), 'image/webp')
  const nearest = await get(ana, '?format=avif')
  t.match(
    [nearest.status, nearest.headers.get('content-type')],
    [200, /^image\/(webp|jpeg)$/],
    'not configured',
  )
  t.equal((await get(ana, '?default=https://elsewhere.test/x.png')).status, 400)
  const ground = await groundOf(await get(ana))
  t.notOk(grey(ground), 'in a colour of their own')
})

t.test('a user without initials, or an unknown one, is a silhouette', async (t) => {
  const [chinese, nameless] = [randomUUID(), randomUUID()]
  media.accounts.people.set(chinese, { initials: '漢', hashes: [] })
  media.accounts.people.set(nameless, { initials: '', hashes: [] })
  for (const id of [chinese, nameless, randomUUID()]) t.ok(grey(await groundOf(await get(id))))
})

t.test('identicon, blank, 404', async (t) => {
  const [one, other] = [randomUUID(), randomUUID()]
  const bytes = async (id: string) => Buffer.from(await (await get(id, '?default=identicon')).arrayBuffer())
  t.same(await bytes(one), await bytes(one))
  t.notSame(await bytes(one), await bytes(other))
  t.equal((await groundOf(await get(one, '?default=blank&format=webp')))[3], 0, 'transparent')
  t.strictSame(await groundOf(await get(one, '?default=blank&format=jpeg')), [255, 255, 255])
  const none = await get(one, '?default=404')
  t.equal(none.status, 404)
  t.match(await none.json(), { code: 'avatar-not-found' })
})

t.test('conditional requests and HEAD', async (t) => {
  const etag = (await get(ana, '?size=64')).headers.get('etag') ?? ''
  t.match(etag, /^"[\w-]+"$/)
  const again = await get(ana, '?size=64', { 'if-none-match': etag })
  t.equal(again.status, 304)
  t.not((await get(ana, '?size=32')).headers.get('etag'), etag)
  const path = addressOf(avatars.serve, { params: { userId: ana }, query: { size: 64 } })
  const head = await fetch(`${media.url}${path}`, { method: 'HEAD' })
  t.equal(head.headers.get('etag'), etag)
  t.ok(Number(head.headers.get('content-length')) > 100)
})

t.test('accounts is asked once however many come, and drawing is done once', async (t) => {
  const crowd = randomUUID()
  media.accounts.people.set(crowd, { initials: 'CR', hashes: [] })
  const before = media.accounts.asked
  const answers = await Promise.all(Array.from({ length: 50 }, () => get(crowd, '?size=512')))
  t.equal(new Set(answers.map((answer) => answer.headers.get('etag'))).size, 1)
  t.equal(media.accounts.asked - before, 1)
})

t.test('while accounts is away a silhouette is served, and not kept', async (t) => {
  const late = randomUUID()
  media.accounts.people.set(late, { initials: 'LA', hashes: [] })
  media.accounts.away = true
  const meanwhile = await get(late)
  media.accounts.away = false
  t.equal(meanwhile.headers.get('cache-control'), 'no-store')
  t.ok(grey(await groundOf(meanwhile)))
  const after = await get(late)
  t.match(after.headers.get('cache-control'), /max-age=60/)
  t.notOk(grey(await groundOf(after)))
})
