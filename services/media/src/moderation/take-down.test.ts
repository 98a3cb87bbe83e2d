import { addressOf, type TakeDownList } from '@likeness/contracts'
import { avatars, history, moderation, uploads } from '@likeness/contracts/endpoints'
import { waitFor } from '@likeness/test-kit'
import { sql } from 'kysely'
import sharp from 'sharp'
import t from 'tap'
import type { Deps } from '../deps.js'
import { form } from '../testing/pictures.js'
import { type Media, startMedia } from '../testing/start-media.js'
import { andWait, blobsOf, eventsOf, publish, settled, upload } from '../testing/steps.js'
import { requeueStuck } from '../upkeep/requeue-stuck.js'

const media: Media = await startMedia(t, {
  config: { UPLOADS_PER_10_MINUTES: '1000', PENDING_PER_USER: '100', REQUEUE_AFTER_SECONDS: '1' },
})
await media.work()
type Person = Awaited<ReturnType<Media['person']>>
const max = await media.person('manager')
const ida = await media.person('manager')

let drawn = 0
/** A picture of soft blotches that looks like no other, as photos do. */
async function scene(width = 320, height = 240): Promise<Buffer> {
  let seed = ++drawn * 7919
  const pixels = Buffer.from(
    Array.from({ length: 8 * 6 * 3 }, () => {
      seed = (seed * 1_664_525 + 1_013_904_223) % 2 ** 32
      return Math.floor((seed / 2 ** 32) * 256)
    }),
  )
  return sharp(pixels, { raw: { width: 8, height: 6, channels: 3 } })
    .resize(width, height, { fit: 'fill' })
    .png()
    .toBuffer()
}
const poorer = (bytes: Buffer) => sharp(bytes).resize(200).jpeg({ quality: 60 }).toBuffer()
const mirrored = (bytes: Buffer) => sharp(bytes).flop().linear(1, 8).png().toBuffer()
const prepared = (person: Person, id: string) =>
  waitFor(async () => (await person.call(uploads.read, { params: { id } })).body.previewUrl, {
    for: 'a preview',
  })
const pending = async (person: Person, bytes: Buffer) => {
  const { id } = await upload(person, bytes)
  await prepared(person, id)
  return id
}
const statusOf = async (person: Person, id: string) =>
  (await person.call(uploads.read, { params: { id } })).body.status
type Named = { address?: string; uploadId?: string; alike?: number; block?: boolean }
const list = (body: Named, as = max) => as.call(moderation.takeDown, { query: { dryRun: 'true' }, body })
const idsOf = ({ items }: TakeDownList) => items.map((one) => one.uploadId)
/** Lists, then takes down what was listed. */
async function takeDown(body: Named, reason = 'Not a person') {
  const seen = (await list(body)).body.seen
  return max.call(moderation.takeDown, { body: { ...body, reason, seen } })
}
const tellsOf = (id: string) => media.accounts.notices.filter((one) => one.userId === id)

t.test('a picture is found by any of its addresses, and by nothing else', async (t) => {
  const ana = await media.person()
  const hash = 'a'.repeat(64)
  media.accounts.people.set(ana.id, { initials: 'A', hashes: [hash] })
  const { id, avatar, previewUrl } = await publish(ana, await scene())
  const variant = avatar?.urls['256']?.webp ?? ''
  const expired = `${new URL(previewUrl ?? '').origin}/v1/uploads/${id}/preview?expires=1000&signature=x`
  const mine = `/v1/avatars/${ana.id}`
  for (const address of [
    variant,
    ` ${variant.replace('https:', 'http:')}?v=3#top `,
    new URL(variant).pathname,
    mine,
    `${media.config.PUBLIC_URL.toUpperCase()}${mine}?size=64&format=jpeg`,
    previewUrl ?? '',
    expired,
    `/v1/uploads/${id}`,
    `/avatar/${hash}?s=40&d=mp`,
    `/avatar/${hash}.png`,
    id,
  ]) {
    const { status, body } = await list({ address })
    t.match({ status, id: body.uploadId, total: body.total }, { status: 200, id, total: 1 }, address)
  }
  t.match((await list({ uploadId: id })).body, {
    uploadId: id,
    users: 1,
    items: [{ act: 'withdraw', distance: 0 }],
  })
  for (const [address, status, code] of [
    [`https://elsewhere.example${mine}`, 422, 'foreign-address'],
    ['https://likeness.test.elsewhere.example/v1/avatars/x', 422, 'foreign-address'],
    ['javascript:alert(1)', 422, 'not-a-picture-address'],
    ['//elsewhere.example/v1', 422, 'foreign-address'],
    ['/v1/me', 422, 'not-a-picture-address'],
    [`/v1/avatars/${ana.id}/x/256.webp`, 422, 'not-a-picture-address'],
    ['a picture of Ana', 422, 'not-a-picture-address'],
    [`/v1/avatars/${max.id}`, 404, 'avatar-not-found'],
    [`/avatar/${'b'.repeat(64)}`, 404, 'avatar-not-found'],
    [variant.replace(/\/\d+\/256/, '/999999/256'), 404, 'avatar-not-found'],
    [crypto.randomUUID(), 404, 'upload-not-found'],
  ] as const) {
    t.match(await list({ address }), { status, body: { code } }, address)
  }
  media.accounts.away = true
  t.equal((await list({ address: `/avatar/${'c'.repeat(64)}` })).status, 503, 'accounts is away')
  media.accounts.away = false
  for (const [body, path] of [
    [{}, 'address'],
    [{ address: mine, uploadId: id }, 'uploadId'],
    [{ address: mine, alike: 17 }, 'alike'],
    [{ address: 'x'.repeat(4_001) }, 'address'],
  ] as const) {
    t.match(await list(body), { status: 400, body: { code: 'validation-failed', errors: [{ path }] } })
  }
  const act = await max.call(moderation.takeDown, { body: { address: mine, reason: 'x'.repeat(501) } })
  t.match(act, { status: 400, body: { errors: [{ path: 'reason', code: 'too-long' }] } })
  const nothing = await max.call(moderation.takeDown, { body: { address: mine } })
  t.match(nothing.body, { errors: [{ path: 'reason' }, { path: 'seen' }] })
  t.match(await list({ address: mine }, ana), { status: 403, body: { code: 'forbidden' } })
  t.equal((await ana.call(avatars.serve, { params: { userId: ana.id } })).status, 200, 'nothing was done')
})

t.test('every use of the bytes is listed, and taken down in one act', async (t) => {
  const bytes = await scene()
  const [ana, ben, eve, kim] = await Promise.all([0, 1, 2, 3].map(() => media.person()))
  if (!ana || !ben || !eve || !kim) throw new Error('nobody')
  const live = await publish(ana, bytes)
  const past = await publish(ben, bytes)
  const now = await publish(ben, await scene())
  const waiting = await pending(eve, bytes)
  const other = await pending(eve, await scene())
  const own = await publish(kim, bytes)
  await kim.call(avatars.withdraw, { params: { userId: kim.id } })
  const variant = live.avatar?.urls['64']?.jpeg ?? ''

  const { body: listed } = await list({ address: variant })
  t.strictSame(idsOf(listed).toSorted(), [live.id, past.id, waiting, own.id].toSorted())
  t.match(listed, { total: 4, toTakeDown: 4, users: 4, nextCursor: null })
  const actOf = (id: string) => listed.items.find((one) => one.uploadId === id)?.act
  t.strictSame([live.id, past.id, waiting, own.id].map(actOf), ['withdraw', 'hold', 'refuse', 'hold'])
  t.match(
    listed.items.find((one) => one.uploadId === live.id),
    {
      userId: ana.id,
      status: 'published',
      sha256: live.sha256,
      version: live.avatar?.version,
      previewUrl: /signature=/,
    },
  )

  const body = { address: variant, reason: 'Shows <somebody> else', seen: listed.seen }
  const { status, body: act, headers } = await max.call(moderation.takeDown, { body })
  t.equal(status, 201)
  t.match(act, {
    actorId: max.id,
    reason: body.reason,
    finishedAt: /Z$/,
    blockedImageId: null,
    uploads: { waiting: 0, withdrawn: 1, refused: 1, held: 2, left: 0, gone: 0 },
  })
  t.equal(
    headers.get('location'),
    `${media.config.PUBLIC_URL}${addressOf(moderation.readTakedown, { params: { id: act.id } })}`,
  )
  t.equal((await fetch(`${media.url}${new URL(variant).pathname}`)).status, 410)
  t.equal((await fetch(`${media.url}/v1/avatars/${ana.id}?default=404`)).status, 404)
  t.equal((await fetch(`${media.url}${new URL(past.avatar?.urls['64']?.jpeg ?? '').pathname}`)).status, 410)
  t.equal((await fetch(`${media.url}${new URL(now.avatar?.urls['64']?.jpeg ?? '').pathname}`)).status, 200)
  t.match((await eve.call(uploads.read, { params: { id: waiting } })).body, {
    status: 'rejected',
    previewUrl: null,
    failure: { code: 'refused-by-operator', detail: /Shows <somebody> else/ },
  })
  t.equal(await statusOf(eve, other), 'pending')
  t.strictSame(
    (await blobsOf(media, eve.id, 'uploads/')).filter((key) => key.includes(waiting)),
    [],
  )
  for (const [person, id] of [
    [ana, live.id],
    [ben, past.id],
    [kim, own.id],
  ] as const) {
    t.match(await person.call(uploads.restore, { params: { id } }), {
      status: 403,
      body: { code: 'withdrawn-by-operator' },
    })
    const crop = { x: 0, y: 0, width: 100, height: 100 }
    t.match(await person.call(uploads.restore, { params: { id }, body: { crop } }), { status: 403 })
  }
  const trail = await max.call(history.trail, { params: { uploadId: past.id } })
  t.match(trail.body.items.at(-1), {
    type: 'held',
    actorId: max.id,
    ip: '127.0.0.1',
    details: { reason: body.reason, takedown: act.id },
  })
  t.equal((await eventsOf(media, live.id)).at(-1), 'withdrawn')

  // Each owner is told once, by whom and why.
  await waitFor(() => media.accounts.removed.some((one) => one.userId === ana.id))
  for (const { id } of [ben, eve, kim]) await waitFor(() => tellsOf(id).length > 0, { for: 'a notice' })
  t.match(tellsOf(ben.id), [
    {
      kind: 'picture-held',
      uploadIds: [past.id],
      actor: { id: max.id, ip: '127.0.0.1' },
      reason: body.reason,
      byMail: true,
    },
  ])
  t.match(tellsOf(eve.id), [{ kind: 'upload-refused', uploadIds: [waiting], byMail: true }])
  t.strictSame(tellsOf(ana.id), [], 'the withdrawal tells it')

  const again = await max.call(moderation.takeDown, { body })
  t.strictSame(again.body, act, 'the answer was lost, and is sent again')
  t.match(await ida.call(moderation.takeDown, { body }), { status: 409, body: { code: 'changed-meanwhile' } })
  t.match(await takeDown({ address: variant }), { status: 409, body: { code: 'nothing-to-take-down' } })
  t.match((await max.call(moderation.listTakedowns)).body.items[0], { id: act.id })
  t.strictSame((await max.call(moderation.readTakedown, { params: { id: act.id } })).body, act)
  const unknown = await max.call(moderation.readTakedown, { params: { id: crypto.randomUUID() } })
  t.match(unknown, { status: 404, body: { code: 'takedown-not-found' } })

  // An operator may undo it.
  t.equal((await max.call(uploads.liftHold, { params: { id: past.id } })).status, 200)
  t.match(await andWait(ben, uploads.restore, past.id), { status: 200, body: { status: 'published' } })

  // Whatever else operators do to uploads is told, too; what owners do is not.
  await max.call(uploads.remove, { params: { id: now.id } })
  await max.call(uploads.remove, { params: { id: other } })
  await kim.call(uploads.remove, { params: { id: await pending(kim, await scene()) } })
  await waitFor(() => tellsOf(eve.id).length === 2 && tellsOf(ben.id).length === 3, { for: 'the notices' })
  const kinds = [...tellsOf(ben.id), ...tellsOf(eve.id)].map((one) => [
    one.kind,
    one.uploadIds[0],
    one.byMail,
  ])
  t.strictSame(
    kinds.toSorted((a, b) => String(a).localeCompare(String(b))),
    [
      ['hold-lifted', past.id, false],
      ['picture-erased', now.id, false],
      ['picture-held', past.id, true],
      ['upload-discarded', other, false],
      ['upload-refused', waiting, true],
    ],
  )
  const erasure = [...tellsOf(ben.id), ...tellsOf(eve.id)].find(({ kind }) => kind === 'picture-erased')
  t.strictSame(erasure?.changes, { status: { before: 'superseded', after: 'erased' } })
  t.strictSame(
    tellsOf(kim.id).map((one) => one.kind),
    ['picture-held'],
  )
})

t.test('pictures that look alike are listed by distance, in pages, and may be excepted', async (t) => {
  const bytes = await scene()
  const [ana, ben, eve, kim] = await Promise.all([0, 1, 2, 3].map(() => media.person()))
  if (!ana || !ben || !eve || !kim) throw new Error('nobody')
  const original = await pending(ana, bytes)
  const small = await publish(ben, await poorer(bytes))
  const turned = await pending(eve, await mirrored(bytes))
  const spared = await pending(kim, await sharp(bytes).grayscale().png().toBuffer())
  await pending(kim, await scene())

  t.strictSame(idsOf((await list({ uploadId: original })).body), [original], 'the same bytes only')
  const { body: all } = await list({ uploadId: original, alike: 8 })
  t.strictSame(idsOf(all).toSorted(), [original, small.id, turned, spared].toSorted())
  t.match(all, { alike: 8, hasLook: true, total: 4, users: 4 })
  t.equal(all.items.find((one) => one.uploadId === original)?.distance, 0)
  const distances = all.items.map((one) => one.distance)
  t.strictSame(
    distances,
    distances.toSorted((a, b) => a - b),
  )
  const found: string[] = []
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const query = { dryRun: 'true', limit: 1, ...(cursor === undefined ? {} : { cursor }) } as const
    const page = await max.call(moderation.takeDown, { query, body: { uploadId: original, alike: 8 } })
    t.equal(page.body.seen, all.seen)
    found.push(...idsOf(page.body))
    cursor = page.body.nextCursor
    if (cursor) {
      const foreign = { query: { ...query, cursor }, body: { uploadId: original, alike: 7 } }
      t.match(await max.call(moderation.takeDown, foreign), { status: 400, body: { code: 'invalid-cursor' } })
    }
  }
  t.strictSame(found, idsOf(all))

  const body = { uploadId: original, alike: 8, except: [spared], reason: 'Spam', seen: all.seen }
  const act = (await max.call(moderation.takeDown, { body })).body
  t.match(act.uploads, { withdrawn: 1, refused: 2, left: 1, waiting: 0 })
  t.strictSame(
    [
      await statusOf(ana, original),
      await statusOf(ben, small.id),
      await statusOf(eve, turned),
      await statusOf(kim, spared),
    ],
    ['rejected', 'withdrawn', 'rejected', 'pending'],
  )
})

t.test('an act is bound to what was looked at', async (t) => {
  const bytes = await scene()
  const [ana, ben] = [await media.person(), await media.person()]
  const id = await pending(ana, bytes)
  const changes: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['one more use', () => pending(ben, bytes)],
    ['confirmed', () => andWait(ana, uploads.confirm, id)],
    ['replaced', async () => publish(ana, await scene())],
    ['restored', () => andWait(ana, uploads.restore, id)],
  ]
  for (const [name, change] of changes) {
    const { seen } = (await list({ uploadId: id })).body
    await change()
    t.match(
      await max.call(moderation.takeDown, { body: { uploadId: id, reason: 'Spam', seen } }),
      { status: 409, body: { code: 'changed-meanwhile' } },
      name,
    )
  }
  t.equal(await statusOf(ana, id), 'published', 'nothing was done')

  // Two operators at once: one act is made, the other is told.
  const { seen } = (await list({ uploadId: id })).body
  const body = { uploadId: id, reason: 'Spam', seen }
  const both = await Promise.all([max, ida].map((one) => one.call(moderation.takeDown, { body })))
  t.strictSame(both.map((one) => String(one.status)).toSorted(), ['201', '409'])
  const twice = await Promise.all(
    [0, 1].map(async () => (await max.call(moderation.takeDown, { body: { ...body, seen } })).status),
  )
  t.ok(twice.every((status) => status === (both[0]?.status === 201 ? 201 : 409)))
  t.equal((await eventsOf(media, id)).filter((type) => type === 'withdrawn').length, 1)

  // Gone by the time it is named.
  const gone = await media.person()
  const erased = await publish(gone, await scene())
  await publish(gone, await scene())
  const before = (await list({ uploadId: erased.id })).body.seen
  await gone.call(uploads.remove, { params: { id: erased.id } })
  t.match(await max.call(moderation.takeDown, { body: { ...body, uploadId: erased.id, seen: before } }), {
    status: 409,
    body: { code: 'changed-meanwhile' },
  })
  t.match((await list({ address: erased.avatar?.urls['64']?.webp ?? '' })).body, {
    uploadId: erased.id,
    toTakeDown: 0,
    items: [{ status: 'erased', act: 'none', previewUrl: null }],
  })
})

t.test('a blocked picture is refused by its bytes at once, and by its look once it is decoded', async (t) => {
  const bytes = await scene()
  const [ana, ben, eve] = [await media.person(), await media.person(), await media.person()]
  const id = await pending(ana, bytes)
  const listed = (await list({ uploadId: id, block: true })).body
  t.equal(listed.alike, 8, 'alike ones too, unless a distance is given')
  const { body: act } = await takeDown({ uploadId: id, block: true })
  t.equal(await statusOf(ana, id), 'rejected')

  const sent = await ben.call(uploads.create, { body: form(bytes) })
  t.match(sent, { status: 422, body: { code: 'blocked-image' } })
  t.match(await ben.call(uploads.create, { body: form(bytes), query: { replace: 'oldest' } }), {
    status: 422,
  })
  t.strictSame((await ben.call(uploads.list)).body.items, [])
  t.strictSame(await blobsOf(media, ben.id), [])
  for (const alike of [await poorer(bytes), await mirrored(bytes)]) {
    const upload_ = await upload(eve, alike)
    t.match(await settled(eve, upload_.id), {
      status: 'rejected',
      previewUrl: null,
      failure: { code: 'blocked-image', detail: 'Operators do not allow this picture here.' },
    })
    t.match(await eve.call(uploads.confirm, { params: { id: upload_.id } }), { status: 410 })
    t.strictSame(await blobsOf(media, eve.id), [])
  }
  // Confirmed before it was decoded: it fails.
  await prepared(eve, (await upload(eve, await scene())).id)

  const { items } = (await max.call(moderation.listBlockedImages)).body
  t.match(items, [
    {
      id: act.blockedImageId,
      sha256: listed.sha256,
      distance: 8,
      reason: 'Not a person',
      actorId: max.id,
      takedownId: act.id,
    },
  ])
  const params = { id: act.blockedImageId ?? '' }
  t.match(await ben.call(moderation.listBlockedImages), { status: 403 })
  t.match(await ben.call(moderation.unblockImage, { params, query: { reason: 'mine' } }), { status: 403 })
  t.match(await max.call(moderation.unblockImage, { params }), {
    status: 400,
    body: { errors: [{ path: 'reason' }] },
  })
  const unknown = { params: { id: crypto.randomUUID() }, query: { reason: 'x' } }
  t.match(await max.call(moderation.unblockImage, unknown), {
    status: 404,
    body: { code: 'blocked-image-not-found' },
  })
  t.equal((await max.call(moderation.unblockImage, { params, body: { reason: 'A mistake' } })).status, 204)
  t.equal((await ida.call(moderation.unblockImage, { params, query: { reason: 'again' } })).status, 204)
  t.strictSame((await max.call(moderation.listBlockedImages)).body.items, [])
  t.match(
    await media.deps.db
      .selectFrom('blocked_images')
      .selectAll()
      .where('id', '=', params.id)
      .executeTakeFirst(),
    { lifted_by: max.id, lift_reason: 'A mistake' },
  )
  t.equal((await pending(ben, bytes)).length, 36, 'it may be uploaded again')
})

t.test('an operator refuses a pending upload', async (t) => {
  const [ana, ben] = [await media.person(), await media.person()]
  const id = await pending(ana, await scene())
  const params = { id }
  const { sha256 } = (await ana.call(uploads.read, { params })).body
  t.match(await ben.call(moderation.refuse, { params, body: { reason: 'envy' } }), { status: 403 })
  t.match(await ana.call(moderation.refuse, { params, body: { reason: 'mine' } }), { status: 403 })
  t.match(await max.call(moderation.refuse, { params, body: { reason: '' } }), { status: 400 })
  const other = { reason: 'Spam', sha256: '0'.repeat(64) }
  t.match(await max.call(moderation.refuse, { params, body: other }), {
    status: 409,
    body: { code: 'sha256-mismatch' },
  })
  t.equal(await statusOf(ana, id), 'pending')

  const [first, second, confirmed] = await Promise.all([
    max.call(moderation.refuse, { params, body: { reason: 'Spam', sha256 } }),
    ida.call(moderation.refuse, { params, body: { reason: 'Spam', sha256 } }),
    ben.call(uploads.confirm, { params }),
  ])
  t.match(
    [first, second].map((one) => one?.status),
    [200, 200],
    'two operators at once',
  )
  t.equal(confirmed?.status, 404)
  t.match(first?.body, { status: 'rejected', failure: { code: 'refused-by-operator' }, previewUrl: null })
  t.strictSame(await blobsOf(media, ana.id), [])
  t.equal((await eventsOf(media, id)).filter((type) => type === 'rejected').length, 1)
  await waitFor(() => tellsOf(ana.id).length > 0, { for: 'the notice' })
  t.match(tellsOf(ana.id), [{ kind: 'upload-refused', uploadIds: [id], reason: 'Spam', byMail: true }])
  t.match(await ana.call(uploads.confirm, { params }), { status: 410, body: { code: 'upload-rejected' } })
  const published = await publish(ana, await scene())
  const late = await max.call(moderation.refuse, { params: { id: published.id }, body: { reason: 'Spam' } })
  t.match(late, { status: 409, body: { code: 'not-pending' } })
  const unknown = { params: { id: crypto.randomUUID() }, body: { reason: 'Spam' } }
  t.match(await max.call(moderation.refuse, unknown), { status: 404, body: { code: 'upload-not-found' } })
})

t.test('what a process that died left is finished, once', async (t) => {
  const commits = { act: 1, 'one user': 2, 'two users': 3, 'all users': 4 }
  for (const [name, survived] of Object.entries(commits)) {
    const bytes = await scene()
    const [ana, ben, eve] = [await media.person(), await media.person(), await media.person()]
    const [live, waiting, past] = [
      await publish(ana, bytes),
      await pending(ben, bytes),
      await publish(eve, bytes),
    ]
    await publish(eve, await scene())
    const { seen } = (await list({ uploadId: live.id })).body
    const { url } = await media.serve({ overrides: (deps) => dyingAfter(deps, survived) })
    const answer = await fetch(`${url}${addressOf(moderation.takeDown)}`, {
      method: 'POST',
      headers: { authorization: max.authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ uploadId: live.id, reason: 'Spam', seen }),
    })
    t.equal(answer.status, 500, name)
    const [act] = (await max.call(moderation.listTakedowns)).body.items
    t.match(act, { uploadId: live.id, finishedAt: null, uploads: { waiting: 4 - survived } }, name)

    await sql`update takedowns set at = at - interval '1 minute'`.execute(media.deps.db)
    await sql`update withdrawals set at = at - interval '1 minute' where told_at is null`.execute(
      media.deps.db,
    )
    await sql`update owner_notices set at = at - interval '1 minute'`.execute(media.deps.db)
    t.match(await requeueStuck(media.deps, { dryRun: false }), { takeDown: 1 }, name)
    const finished = () => max.call(moderation.readTakedown, { params: { id: act?.id ?? '' } })
    await waitFor(async () => (await finished()).body.finishedAt, { for: 'the take-down' })
    t.match((await finished()).body.uploads, { waiting: 0, withdrawn: 1, refused: 1, held: 1 }, name)
    for (const [id, type] of [
      [live.id, 'withdrawn'],
      [waiting, 'rejected'],
      [past.id, 'held'],
    ] as const)
      t.equal((await eventsOf(media, id)).filter((one) => one === type).length, 1, `${name}: ${type}`)
    await waitFor(
      async () => {
        const { withdraw, tell } = await requeueStuck(media.deps, { dryRun: false })
        return withdraw + tell === 0 && tellsOf(ben.id).length > 0 && tellsOf(eve.id).length > 0
      },
      { for: 'the notices' },
    )
    await waitFor(() => media.accounts.removed.some((one) => one.userId === ana.id))
    t.strictSame(
      [ana, ben, eve].map(({ id }) => tellsOf(id).map((one) => one.kind)),
      [[], ['upload-refused'], ['picture-held']],
      name,
    )
  }
})

/** As if the process had died after so many commits: nothing more is written, told or added to the queue. */
function dyingAfter(deps: Deps, commits: number): Partial<Deps> {
  let left = commits
  const dead = () => new Error('the process is dead')
  const db = new Proxy(deps.db, {
    get(target, name) {
      if (left <= 0) throw dead()
      if (name === 'transaction') {
        return () => ({
          execute: async (work: (trx: never) => Promise<unknown>) => {
            const done = await target.transaction().execute(work as never)
            left -= 1
            if (left <= 0) throw dead()
            return done
          },
        })
      }
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  return { db, enqueue: () => undefined }
}
