import { addressOf, type ProblemBody, type Upload } from '@likeness/contracts'
import { avatars, history, toMedia, uploads } from '@likeness/contracts/endpoints'
import { parseConfig } from '@likeness/runtime/config'
import { signServiceToken } from '@likeness/runtime/service-token'
import { waitFor } from '@likeness/test-kit'
import { sql } from 'kysely'
import t from 'tap'
import { MediaConfig } from '../config.js'
import { jpeg } from '../testing/pictures.js'
import { startMedia } from '../testing/start-media.js'
import { andWait, eventsOf, publish, settled } from '../testing/steps.js'

const media = await startMedia(t, { config: { UPLOADS_PER_10_MINUTES: '1000', PENDING_PER_USER: '100' } })
await media.work()
const [max, ben] = [await media.person('manager'), await media.person()]
const other = await media.serve()
// A process that gets no notices.
const deaf = await media.serve({
  overrides: ({ bus }) => ({ bus: { ...bus, subscribe: () => Promise.resolve() } }),
})

type Person = typeof ben
const reason = { reason: 'Not a person' }
const pathOf = (upload: Upload) => new URL(upload.avatar?.urls['64']?.webp ?? '').pathname

async function look(path: string, url = media.url, headers: Record<string, string> = {}) {
  const answer = await fetch(`${url}${path}`, { headers, redirect: 'manual' })
  const bytes = await answer.arrayBuffer()
  const { code } = answer.ok
    ? { code: undefined }
    : (JSON.parse(Buffer.from(bytes).toString()) as ProblemBody)
  return { status: answer.status, code, caching: answer.headers.get('cache-control') }
}
const as = ({ authorization }: Person) => ({ authorization })
const forAll = { status: 200, caching: 'public, max-age=31536000, immutable' }
const forSome = { status: 200, caching: 'private, no-store' }
const gone = { status: 410, code: 'avatar-gone', caching: 'no-store' }

async function isGoneEverywhere(path: string) {
  for (const { url } of [media, other, deaf]) {
    const shown = await waitFor(async () => {
      const answer = await look(path, url)
      return answer.status !== 200 && answer
    })
    t.match(shown, gone)
  }
}

t.test(
  'what an operator withdraws is gone in every process, and its owner cannot bring it back',
  async (t) => {
    const ana = await media.person()
    const bytes = await jpeg(64, 64, '#112233')
    const wide = await publish(ana, bytes)
    const crop = { x: 8, y: 8, width: 32, height: 32 }
    const again = (body?: object, id = wide.id) => andWait(ana, uploads.restore, id, body)
    const near = (await again({ crop })).body
    t.equal(near.status, 'published')
    for (const { url } of [media, other, deaf]) t.match(await look(pathOf(near), url), forAll)

    t.equal((await max.call(avatars.withdraw, { params: { userId: ana.id }, body: reason })).status, 204)
    await isGoneEverywhere(pathOf(near))
    t.match(await look(pathOf(wide)), gone, 'the same picture with another crop')
    for (const person of [ana, max]) t.match(await look(pathOf(near), media.url, as(person)), gone)
    const refused = { status: 403, body: { code: 'withdrawn-by-operator' } }
    t.match(await again(undefined, near.id), refused)
    t.match(await again({ crop: { ...crop, x: 0 } }, near.id), refused)
    t.match(await again(), refused)
    t.match(await again({ crop }), refused)
    t.match(await ana.call(uploads.read, { params: { id: near.id } }), {
      body: { status: 'withdrawn', heldByOperator: true },
    })

    const lift = (by: Person, id = near.id) => by.call(uploads.liftHold, { params: { id } })
    t.match(await lift(ana), { status: 403, body: { code: 'forbidden' } })
    t.match(await lift(max, crypto.randomUUID()), { status: 404 })
    t.match(await lift(max), { status: 200, body: { status: 'withdrawn', heldByOperator: false } })
    t.match(await lift(max), { status: 200 }, 'again is quiet')
    t.match(await look(pathOf(near)), gone, 'lifting alone shows nothing')
    t.match(await again(undefined, near.id), { status: 200, body: { status: 'published' } })
    t.match(await look(pathOf(near)), forAll, 'at the address it had')
    t.strictSame((await eventsOf(media, near.id)).slice(-4), [
      'withdrawn',
      'hold-lifted',
      'restored',
      'published',
    ])

    // A manager is the owner of their own picture, so another one holds it.
    const tom = await media.person('manager')
    const toms = await publish(tom)
    t.equal((await max.call(avatars.withdraw, { params: { userId: tom.id }, body: reason })).status, 204)
    t.match(await lift(tom, toms.id), { status: 403, body: { code: 'forbidden' } })
    t.match(await tom.call(uploads.restore, { params: { id: toms.id } }), refused)
  },
)

t.test('an operator restores what one withdrew; an owner who was quicker keeps nothing', async (t) => {
  const ana = await media.person()
  const first = await publish(ana)
  const params = { userId: ana.id }
  t.equal((await ana.call(avatars.withdraw, { params })).status, 204)
  await isGoneEverywhere(pathOf(first))
  const seen = { 'if-match': `"${first.avatar?.version}"` }
  t.equal((await max.call(avatars.withdraw, { params, body: reason, headers: seen })).status, 204)
  const device = { 'user-agent': 'console' }
  const restore = (by: Person) => by.call(uploads.restore, { params: { id: first.id }, headers: device })
  t.match(await restore(ana), { status: 403, body: { code: 'withdrawn-by-operator' } })
  t.equal(
    (await max.call(avatars.withdraw, { params, body: reason, headers: seen })).status,
    204,
    'again is quiet',
  )
  const told = () => media.accounts.removed.filter((one) => one.userId === ana.id)
  await waitFor(() => told().length === 2)
  t.match(told()[1], { actor: { id: max.id }, uploadId: first.id, reason: 'Not a person' })

  t.equal((await restore(max)).status, 202)
  t.match(await settled(ana, first.id), { status: 'published', heldByOperator: false })
  const shown = media.accounts.told.filter((one) => one.userId === ana.id)
  t.match(shown.at(-1), { restored: true, actor: { id: max.id, ip: '127.0.0.1', userAgent: 'console' } })
  t.match(await look(pathOf(first)), forAll)
  t.equal((await ana.call(avatars.withdraw, { params })).status, 204)
  t.equal((await restore(ana)).status, 202, 'by then it is theirs again')
  await settled(ana, first.id)
})

t.test('If-Match: only the version seen is withdrawn', async (t) => {
  const ana = await media.person()
  const params = { userId: ana.id }
  const withdraw = (ifMatch: string) =>
    max.call(avatars.withdraw, { params, body: reason, headers: { 'if-match': ifMatch } })
  t.match(await withdraw('*'), { status: 412, body: { code: 'stale' } }, 'there is none')
  const first = await publish(ana)
  const second = await publish(ana)
  for (const stale of [`"${first.avatar?.version}"`, `W/"${second.avatar?.version}"`, '"another", "17a"']) {
    t.match(await withdraw(stale), { status: 412, body: { code: 'stale' } }, stale)
  }
  for (const bad of [String(second.avatar?.version), '"', 'W/*', '"1" "2"']) {
    t.match(await withdraw(bad), { status: 400, body: { code: 'validation-failed' } }, bad)
  }
  t.match(await look(pathOf(second)), forAll, 'still there')
  const { headers } = await ana.call(avatars.serve, { params })
  t.equal((await withdraw(`"another", ${headers.get('etag')}`)).status, 204, 'the ETag of its picture')
  const third = await publish(ana)
  t.match(await withdraw(`"${second.avatar?.version}"`), { status: 412 })
  t.equal((await withdraw(`"${third.avatar?.version}"`)).status, 204)
})

t.test('a superseded picture is public for a time, then for its owner and managers', async (t) => {
  const ana = await media.person()
  const first = await publish(ana)
  const second = await publish(ana)
  const path = pathOf(first)
  const { caching, ...answer } = await look(path)
  t.equal(answer.status, 200)
  t.match(caching, /^public, max-age=86[34]\d\d$/)
  await sql`update avatars set live_until = live_until - interval '24 hours' where user_id = ${ana.id}`.execute(
    media.deps.db,
  )
  await isGoneEverywhere(path)
  for (const person of [ana, max]) {
    for (const turn of [1, 2]) t.match(await look(path, media.url, as(person)), forSome, `${turn}`)
    t.match(await look(path), gone, 'and for nobody after them')
  }
  t.match(await look(path, media.url, as(ben)), gone)
  t.match(await look(path, media.url, { authorization: 'Bearer stolen' }), {
    status: 401,
    code: 'unauthenticated',
  })
  t.match(await look(pathOf(second)), forAll)

  await andWait(ana, uploads.restore, first.id)
  t.match(await look(path), forAll, 'restored, where it was')
  const strict = await media.serve({ config: { KEEP_SUPERSEDED_PUBLIC: '0' } })
  t.match(await look(pathOf(second), strict.url), gone, '0: at once')
  t.match(await look(pathOf(second), strict.url, as(ana)), forSome)
  t.match(await look(path, strict.url), forAll)
  for (const [given, seconds] of [
    ['90s', 90],
    ['30m', 1_800],
    ['7d', 604_800],
    ['60', 60],
  ] as const) {
    const config = parseConfig(MediaConfig, { ...media.env, KEEP_SUPERSEDED_PUBLIC: given })
    t.equal(config.KEEP_SUPERSEDED_PUBLIC, seconds)
  }
  for (const bad of ['tomorrow', '1.5h', '-1', '9999d', '24 h']) {
    t.throws(() => parseConfig(MediaConfig, { ...media.env, KEEP_SUPERSEDED_PUBLIC: bad }), {
      message: /KEEP_SUPERSEDED_PUBLIC: must be a time like/,
    })
  }
})

t.test('a CDN can purge by user and by version', async (t) => {
  const ana = await media.person()
  const first = await publish(ana)
  const tagsAt = async (path: string) => {
    const { headers } = await fetch(`${media.url}${path}`)
    return [headers.get('cache-tag'), headers.get('surrogate-key')]
  }
  const version = `avatar-${first.avatar?.version}`
  const both = [`user-${ana.id},${version}`, `user-${ana.id} ${version}`]
  t.strictSame(await tagsAt(pathOf(first)), both)
  t.strictSame(await tagsAt(addressOf(avatars.serve, { params: { userId: ana.id } })), both)
  t.strictSame(await tagsAt(addressOf(avatars.serve, { params: { userId: ben.id } })), [
    `user-${ben.id}`,
    `user-${ben.id}`,
  ])
  media.accounts.people.set(ana.id, { initials: 'A', hashes: ['a'.repeat(32)] })
  t.strictSame(
    await tagsAt(addressOf(avatars.serveHashed, { params: { file: 'a'.repeat(32) } })),
    [version, version],
    'not whose address it is',
  )
})

t.test('after a change of PUBLIC_URL every address is at the new origin', async (t) => {
  const ana = await media.person()
  const { id, avatar } = await publish(ana)
  const moved = await media.serve({
    config: { PUBLIC_URL: 'https://moved.test', JWT_ISSUER: media.config.PUBLIC_URL },
  })
  const read = async (path: string, authorization: string) =>
    (await fetch(`${moved.url}${path}`, { headers: { authorization } })).json() as Promise<unknown>
  const at = JSON.stringify(avatar?.urls).replaceAll(media.config.PUBLIC_URL, 'https://moved.test')
  const urls = JSON.parse(at) as object
  t.match(await read(addressOf(uploads.read, { params: { id } }), ana.authorization), { avatar: { urls } })
  t.match(await read(addressOf(uploads.list), ana.authorization), { items: [{ avatar: { urls } }] })
  t.match(await read(addressOf(history.list, { query: { userId: ana.id } }), max.authorization), {
    items: [{ avatar: { urls } }],
  })
  const service = await signServiceToken(media.config.SERVICE_SECRET, 'accounts', 'media')
  t.match(await read(addressOf(toMedia.exportUser, { params: { id: ana.id } }), `Bearer ${service}`), {
    uploads: [{ avatar: { urls } }],
  })
})
