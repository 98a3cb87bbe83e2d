import { createHash, randomUUID } from 'node:crypto'
import gravatarUrl from 'gravatar-url'
import sharp from 'sharp'
import t from 'tap'
import { quarters, readQuarters } from '../testing/pictures.js'
import { startMedia } from '../testing/start-media.js'
import { publish } from '../testing/steps.js'
import { readHashedQuery } from './read-hashed-query.js'

const media = await startMedia(t)
await media.work()
const ana = await media.person()
const address = 'ana@example.org'
const hashOf = (algorithm: string, of = address) => createHash(algorithm).update(of).digest('hex')
const [md5, sha256] = [hashOf('md5'), hashOf('sha256')]
media.accounts.people.set(ana.id, { initials: 'AS', hashes: [md5, sha256] })
const bob = randomUUID()
media.accounts.people.set(bob, { initials: 'BK', hashes: [hashOf('md5', 'bob@example.org')] })

const picture = await quarters(600, 600).png().toBuffer()
await publish(ana, picture)

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${media.url}/avatar/${path}`, { headers, redirect: 'manual' })

async function seen(answer: Response) {
  const bytes = Buffer.from(await answer.arrayBuffer())
  const { width, format } = await sharp(bytes).metadata()
  return { width, format, bytes }
}

t.test('found by MD5 and by SHA-256, in either case', async (t) => {
  for (const hash of [md5, sha256, md5.toUpperCase()]) {
    const answer = await get(hash)
    t.equal(answer.status, 200)
    t.equal(answer.headers.get('cache-control'), 'public, max-age=60, stale-while-revalidate=600')
    t.equal(answer.headers.get('content-security-policy'), "default-src 'none'; sandbox")
    const { width, format, bytes } = await seen(answer)
    t.strictSame([width, format], [80, 'jpeg'])
    t.equal(await readQuarters(bytes), 'rgby')
  }
})

t.test('the picture has the size asked for, and an impossible size becomes a possible one', async (t) => {
  for (const [query, width] of [
    ['s=1', 1],
    ['s=33', 33],
    ['size=100', 100],
    ['s=512', 512],
    ['s=2048', 512],
    ['s=0', 80],
    ['s=-5', 80],
    ['s=12.5', 80],
    ['s=large', 80],
    ['s=', 80],
    ['s=20&s=40', 40],
  ] as const) {
    t.equal((await seen(await get(`${md5}?${query}`))).width, width, query)
  }
})

t.test('the format: by extension, else by Accept', async (t) => {
  for (const [path, accept, format] of [
    [`${md5}.png`, 'image/webp', 'png'],
    [`${md5}.jpg`, 'image/webp', 'jpeg'],
    [`${md5}.JPEG`, '*/*', 'jpeg'],
    [`${md5}.webp`, '*/*', 'webp'],
    [md5, 'image/avif,image/webp,*/*', 'webp'],
    [md5, '*/*', 'jpeg'],
  ] as const) {
    const answer = await get(path, { accept })
    t.equal(answer.headers.get('content-type'), `image/${format}`)
    t.equal(answer.headers.get('vary') === 'Accept', path === md5, path)
    t.equal((await seen(answer)).format, format, path)
  }
  for (const path of [`${md5}.gif`, `${md5}.svg`, 'x', md5.slice(1), `${md5}0`, `${md5}.png.jpg`]) {
    t.equal((await get(path)).status, 400, path)
  }
})

t.test('a user who is not found, or has no avatar, gets a drawing', async (t) => {
  const nobody = hashOf('md5', 'nobody@example.org')
  const bytesOf = async (path: string) => (await seen(await get(path))).bytes
  const silhouette = await bytesOf(nobody)
  for (const query of ['d=mp', 'd=mm', 'default=mp', 'd=initials', 'd=nonsense']) {
    t.same(await bytesOf(`${nobody}?${query}`), silhouette, query)
  }
  t.notSame(await bytesOf(`${nobody}?d=identicon`), await bytesOf(`${md5}?d=identicon&f=y`))
  t.notSame(await bytesOf(`${nobody}?d=retro`), silhouette)
  const blank = await sharp(await bytesOf(`${nobody}?d=blank`)).stats()
  t.notOk(blank.isOpaque)
  t.equal((await get(`${nobody}?d=404`)).status, 404)
  t.equal((await get(`${md5}?d=404`)).status, 200)
  t.equal((await get(`${md5}?d=404&f=y`)).status, 404)
  t.same(await bytesOf(`${md5}?forcedefault=y`), silhouette)
  t.notSame(await bytesOf(`${hashOf('md5', 'bob@example.org')}?d=initials`), silhouette, 'of who is found')
  t.equal((await seen(await get(`${nobody}?d=identicon&s=300`))).width, 300)
  t.equal((await seen(await get(`${nobody}.jpg?d=blank`))).format, 'jpeg')
})

t.test('no address of another site is followed', async (t) => {
  const nobody = hashOf('sha256', 'nobody@example.org')
  for (const to of ['https://elsewhere.test/x.png', '//elsewhere.test', 'javascript:alert(1)']) {
    const answer = await get(`${nobody}?d=${encodeURIComponent(to)}`)
    t.equal(answer.status, 200)
    t.equal(answer.headers.get('location'), null)
  }
})

t.test('conditional requests, HEAD, one load however many ask', async (t) => {
  const answers = await Promise.all(Array.from({ length: 40 }, () => get(`${sha256}?s=123`)))
  const etags = new Set(answers.map((answer) => answer.headers.get('etag')))
  t.equal(etags.size, 1)
  const [etag = ''] = [...etags]
  t.equal((await get(`${sha256}?s=123`, { 'if-none-match': etag ?? '' })).status, 304)
  const head = await fetch(`${media.url}/avatar/${sha256}?s=123`, { method: 'HEAD' })
  t.equal(head.headers.get('etag'), etag)
})

t.test('accounts is asked once about a hash, found or not; away, it costs nobody the page', async (t) => {
  const before = media.accounts.asked
  const unknown = hashOf('sha256', 'unknown@example.org')
  await Promise.all(Array.from({ length: 20 }, () => get(unknown)))
  await get(unknown)
  t.equal(media.accounts.asked - before, 1)
  media.accounts.away = true
  const meanwhile = await get(hashOf('sha256', 'later@example.org'))
  media.accounts.away = false
  t.equal(meanwhile.status, 200)
  t.equal(meanwhile.headers.get('cache-control'), 'no-store')
})

t.test('addresses that a Gravatar library makes', async (t) => {
  const pathOf = (...given: Parameters<typeof gravatarUrl>) => {
    const { pathname, search } = new URL(gravatarUrl(...given))
    return `${pathname}${search}`.replace('/avatar/', '')
  }
  const found = await seen(await get(pathOf(' Ana@Example.org ', { size: 200 })))
  t.equal(found.width, 200)
  t.equal(await readQuarters(found.bytes), 'rgby')
  t.equal((await get(pathOf('nobody@example.org', { default: '404' }))).status, 404)
  t.equal((await seen(await get(pathOf('nobody@example.org', { default: 'identicon', size: 64 })))).width, 64)
})

t.test('parameters in their short and long form', async (t) => {
  t.strictSame(readHashedQuery({}), { size: 80, default: 'silhouette', forceDefault: false })
  t.strictSame(readHashedQuery({ size: '10', default: 'retro', forcedefault: 'y' }), {
    size: 10,
    default: 'retro',
    forceDefault: true,
  })
  t.match(readHashedQuery({ d: 'constructor' }), { default: 'silhouette' })
  t.match(readHashedQuery({ d: 'robohash' }), { default: 'identicon' })
  t.match(readHashedQuery({ d: 'BLANK', f: 'Y' }), { default: 'blank', forceDefault: true })
})
