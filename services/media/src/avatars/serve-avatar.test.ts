import { addressOf } from '@likeness/contracts'
import { avatars, uploads } from '@likeness/contracts/endpoints'
import { waitFor } from '@likeness/test-kit'
import sharp from 'sharp'
import t from 'tap'
import { jpeg } from '../testing/pictures.js'
import { type Media, startMedia } from '../testing/start-media.js'
import { publish } from '../testing/steps.js'

const media: Media = await startMedia(t)
await media.work()
const ana = await media.person()

const show = async (background: string) => publish(ana, await jpeg(600, 600, background))

const first = await show('#ff0000')
const path = addressOf(avatars.serve, { params: { userId: ana.id } })
const get = (query = '', headers: Record<string, string> = {}) =>
  fetch(`${media.url}${path}${query}`, { headers })

t.test('sizes: the nearest rendered one that is large enough, at most the largest', async (t) => {
  for (const [asked, served] of [
    [1, 32],
    [32, 32],
    [33, 64],
    [100, 128],
    [256, 256],
    [300, 512],
    [4096, 512],
  ]) {
    const answer = await get(`?size=${asked}`)
    t.match(
      await sharp(Buffer.from(await answer.arrayBuffer())).metadata(),
      { width: served, height: served },
      `asked ${asked}`,
    )
  }
  for (const bad of ['0', '-1', '1.5', 'large', '4097', ''])
    t.equal((await get(`?size=${bad}`)).status, 400, bad)
})

t.test('format: by name, else by Accept', async (t) => {
  const cases: [query: string, accept: string, type: string][] = [
    ['?format=webp', '*/*', 'image/webp'],
    ['?format=jpeg', 'image/webp', 'image/jpeg'],
    ['?format=avif', '*/*', 'image/webp'],
    ['', 'image/avif,image/webp,image/apng,*/*;q=0.8', 'image/webp'],
    ['', 'image/webp;q=0,*/*', 'image/jpeg'],
    ['', '*/*', 'image/jpeg'],
  ]
  for (const [query, accept, type] of cases) {
    const answer = await get(query, { accept })
    t.equal(answer.headers.get('content-type'), type, `${query} ${accept}`)
    t.match(answer.headers.get('vary'), /accept/i)
    await answer.arrayBuffer()
  }
  t.equal((await get('?format=bmp')).status, 400)
})

t.test('conditional requests, HEAD, and headers that keep bytes pictures', async (t) => {
  const whole = await get('?format=webp')
  const etag = whole.headers.get('etag') ?? ''
  t.match(etag, /^".+"$/, 'strong')
  t.equal(whole.headers.get('cache-control'), 'public, max-age=60, stale-while-revalidate=600')
  t.equal(whole.headers.get('x-content-type-options'), 'nosniff')
  t.equal(whole.headers.get('content-security-policy'), "default-src 'none'; sandbox")
  const bytes = (await whole.arrayBuffer()).byteLength
  for (const condition of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
    const answer = await get('?format=webp', { 'if-none-match': condition })
    t.equal(answer.status, 304, condition)
    t.equal((await answer.arrayBuffer()).byteLength, 0)
    t.equal(answer.headers.get('etag'), etag)
  }
  t.equal((await get('?format=jpeg', { 'if-none-match': etag })).status, 200, 'another representation')
  const head = await fetch(`${media.url}${path}?format=webp`, { method: 'HEAD' })
  t.equal(head.headers.get('content-length'), String(bytes))
  const refused = await get('?size=0')
  t.equal(refused.headers.get('x-content-type-options'), 'nosniff', 'problems too')
  t.match(refused.headers.get('content-security-policy'), /default-src 'none'/)
})

t.test('a new avatar is served at once, the old version keeps its address', async (t) => {
  const old = new URL(first.avatar?.urls['64']?.webp ?? '').pathname
  const before = await (await get('?format=webp&size=64')).arrayBuffer()
  await show('#0000ff')
  const after = await (await get('?format=webp&size=64')).arrayBuffer()
  t.notSame(Buffer.from(after), Buffer.from(before))
  const kept = await fetch(`${media.url}${old}`)
  t.match(kept.headers.get('cache-control'), /^public, max-age=86[34]\d\d$/, 'no longer than it is public')
  t.same(Buffer.from(await kept.arrayBuffer()), Buffer.from(before))
  t.match(await ana.call(uploads.read, { params: { id: first.id } }), {
    body: { status: 'superseded', avatar: first.avatar },
  })
})

t.test('an erased picture is gone from every cache', async (t) => {
  const old = `${media.url}${new URL(first.avatar?.urls['64']?.webp ?? '').pathname}`
  t.equal((await fetch(old)).status, 200)
  t.match(await ana.call(uploads.remove, { params: { id: first.id } }), { status: 204 })
  await waitFor(async () => (await fetch(old)).status === 410)
})

t.test('a picture that does not exist', async (t) => {
  const { version } = first.avatar ?? { version: 0 }
  for (const [file, status] of [
    // That version is erased by now.
    [`${version}/100.webp`, 410],
    [`${version + 100}/64.webp`, 404],
    [`${version}/64.png`, 400],
    [`${version}/..%2f..%2foriginal`, 400],
    ['0/64.webp', 400],
    ['1e3/64.webp', 404],
    ['x/64.webp', 400],
  ] as const) {
    t.equal((await fetch(`${media.url}${path}/${file}`)).status, status, file)
  }
})
