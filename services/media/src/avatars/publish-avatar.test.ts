import { once } from 'node:events'
import { avatars, uploads } from '@likeness/contracts/endpoints'
import { type Decoder, openDecoder } from '@likeness/images'
import type { BlobStore } from '@likeness/storage'
import { noPhotos, photo, waitFor } from '@likeness/test-kit'
import t, { type Test } from 'tap'
import { form, jpeg, quarters } from '../testing/pictures.js'
import { type Media, startMedia } from '../testing/start-media.js'
import { publishAvatar } from './publish-avatar.job.js'

/** The payload of the job that publishes a confirmed upload. */
async function jobOf(media: Media, uploadId: string) {
  const { user_id: userId, version } = await media.deps.db
    .selectFrom('uploads')
    .select(['user_id', 'version'])
    .where('id', '=', uploadId)
    .executeTakeFirstOrThrow()
  return { uploadId, userId, version: version ?? 0 }
}

async function confirmedUpload(t: Test, config: Record<string, string> = {}, bytes?: Buffer) {
  const media = await startMedia(t, { config })
  const ana = await media.person()
  const { body } = await ana.call(uploads.create, { body: form(bytes ?? (await jpeg())) })
  await ana.call(uploads.confirm, { params: { id: body.id } })
  const read = async () => (await ana.call(uploads.read, { params: { id: body.id } })).body
  const events = async () =>
    (
      await media.deps.db
        .selectFrom('upload_events')
        .select('type')
        .where('upload_id', '=', body.id)
        .orderBy('seq')
        .execute()
    ).map((event) => event.type)
  return { media, ana, id: body.id, job: await jobOf(media, body.id), read, events }
}

t.test('accounts away: the avatar is live, the profile follows when it is back', async (t) => {
  const { media, ana, read, events } = await confirmedUpload(t)
  media.accounts.status = 500
  await media.work()
  await waitFor(async () => (await read()).avatar)
  t.match(
    await read(),
    { status: 'confirmed', publishedAt: null },
    'not published before the profile shows it',
  )
  t.match(await ana.call(avatars.serve, { params: { userId: ana.id } }), { status: 200 })
  media.accounts.status = 204
  await waitFor(async () => (await read()).status === 'published')
  t.equal(media.accounts.told.length, 1)
  t.strictSame(await events(), ['uploaded', 'confirmed', 'prepared', 'rendered', 'published'])
})

t.test('a user that accounts no longer knows', async (t) => {
  const { media, ana, read } = await confirmedUpload(t)
  media.accounts.status = 404
  await media.work()
  await waitFor(async () => (await read()).closedAt)
  t.match(await read(), { status: 'failed', failure: { code: 'user-not-found' } })
  await waitFor(
    async () =>
      (await ana.call(avatars.serve, { params: { userId: ana.id }, query: { default: '404' } })).status ===
      404,
  )
})

t.test('the same job twice, and at once, publishes once', async (t) => {
  const { media, job, events } = await confirmedUpload(t)
  const deps = await media.work()
  await Promise.all([publishAvatar(deps, job), publishAvatar(deps, job), publishAvatar(deps, job)])
  await publishAvatar(deps, job)
  t.strictSame(
    (await events()).filter((type) => type === 'rendered' || type === 'published'),
    ['rendered', 'published'],
  )
  const avatars = await media.deps.db.selectFrom('avatars').selectAll().execute()
  t.match(avatars, [{ live: true, sizes: [32, 64, 128, 256, 512] }])
})

t.test('a render that ends late never replaces a later confirmation', async (t) => {
  const { media, ana, id, job, read, events } = await confirmedUpload(t)
  const deps = await media.upkeep()
  const decoder = openDecoder({ children: 1 })
  t.teardown(() => decoder.close())
  const { body: later } = await ana.call(uploads.create, { body: form(await jpeg(50, 50, '#0000ff')) })
  await ana.call(uploads.confirm, { params: { id: later.id } })
  const workerDeps = { ...deps, decoder, decoderOf: () => decoder, preparing: new Map() }
  await publishAvatar(workerDeps, await jobOf(media, later.id))
  await publishAvatar(workerDeps, job)
  t.match(await read(), { status: 'superseded', publishedAt: /Z$/ })
  t.strictSame((await events()).slice(-2), ['published', 'superseded'])
  const live = await media.deps.db.selectFrom('avatars').selectAll().where('live', '=', true).execute()
  t.match(live, [{ upload_id: later.id }])
  t.not(id, later.id)
})

t.test('a picture that kills its decoder twice is given up', async (t) => {
  const heavy = await quarters(3000, 3000).png().toBuffer()
  const { media, ana, read } = await confirmedUpload(t, {}, heavy)
  const { body: pending } = await ana.call(uploads.create, { body: form(heavy) })
  // Too little time for this picture, so the child that decodes it is killed.
  await media.work({ decoder: openDecoder({ children: 1, cpuMs: 10 }) })
  await waitFor(async () => (await read()).closedAt)
  t.match(await read(), { status: 'failed', failure: { code: 'decode-timeout' } })
  const rejected = await waitFor(async () => {
    const { body } = await ana.call(uploads.read, { params: { id: pending.id } })
    return body.closedAt !== null && body
  })
  t.match(rejected, { status: 'rejected', failure: { code: 'decode-timeout' } })
  const { decode_kills } = await media.deps.db
    .selectFrom('uploads')
    .select('decode_kills')
    .where('id', '=', pending.id)
    .executeTakeFirstOrThrow()
  t.equal(decode_kills, 2)
})

t.test('a picture whose decoder gets no time is tried again when it is calm', async (t) => {
  const bytes = await quarters(1000, 1000).png().toBuffer()
  const { media, read } = await confirmedUpload(t, { RENDER_AHEAD: 'false' }, bytes)
  const [hasty, calm] = [openDecoder({ children: 1, wallMs: 1 }), openDecoder({ children: 1 })]
  t.teardown(() => Promise.all([hasty.close(), calm.close()]))
  let given = 0
  await media.work({
    decoder: {
      ...calm,
      // Ended after a millisecond, as on a machine without time for it.
      prepare: (...job) => (given++ < 3 ? hasty : calm).prepare(...job),
      render: (...job) => (given++ < 6 ? hasty : calm).render(...job),
    },
  })
  await waitFor(async () => (await read()).status === 'published')
  t.ok(given > 6, 'it was tried again')
  t.match(await media.deps.db.selectFrom('uploads').select('decode_kills').execute(), [{ decode_kills: 0 }])
})

t.test('HEIC waits for no other picture, and no other waits for it', { skip: noPhotos }, async (t) => {
  const pictures = { heic: await photo('phone.heic'), jpeg: await jpeg() }
  for (const [held, free] of [
    ['jpeg', 'heic'],
    ['heic', 'jpeg'],
  ] as const) {
    const media = await startMedia(t)
    const ana = await media.person()
    const decoder = openDecoder({ children: 1 })
    t.teardown(() => decoder.close())
    const release = new AbortController()
    const holding: Decoder = {
      ...decoder,
      prepare: async (_, ...how) => {
        if (!release.signal.aborted) await once(release.signal, 'abort')
        // Each HEIC would take seconds. The one that passes is decoded; those that waited stand for any.
        return decoder.prepare(pictures.jpeg, ...how)
      },
    }
    await media.work({ decoder, decoderOf: (format) => (format === held ? holding : decoder) })
    const send = async (format: 'heic' | 'jpeg') =>
      (await ana.call(uploads.create, { body: form(pictures[format]) })).body.id
    const waiting = [await send(held), await send(held), await send(held)]
    const passing = await send(free)
    const previewOf = async (id: string) => (await ana.call(uploads.read, { params: { id } })).body.previewUrl
    await waitFor(() => previewOf(passing), { for: `${free} to pass` })
    t.strictSame(await Promise.all(waiting.map(previewOf)), [null, null, null])
    release.abort()
    for (const id of waiting) await waitFor(() => previewOf(id))
  }
})

t.test('storage that fails keeps the upload as it was', async (t) => {
  const media = await startMedia(t)
  const ana = await media.person()
  const { body } = await ana.call(uploads.create, { body: form(await jpeg()) })
  const deps = await media.upkeep()
  let failures = 0
  const storage = {
    ...deps.storage,
    putFolder: async (...[folder, files]: Parameters<BlobStore['putFolder']>) => {
      // Half of the variants are stored, for a while.
      if (failures < 6) {
        failures += 1
        await deps.storage.putFolder(folder, files.slice(0, 5))
        throw new Error('storage is away')
      }
      return deps.storage.putFolder(folder, files)
    },
  }
  await media.work({ storage })
  await ana.call(uploads.confirm, { params: { id: body.id } })
  await waitFor(
    async () => (await ana.call(uploads.read, { params: { id: body.id } })).body.status === 'published',
  )
  t.ok(failures >= 6)
  const stored: string[] = []
  for await (const { key } of media.deps.storage.list('avatars/')) stored.push(key)
  t.equal(stored.length, 10, 'every variant, once')
})
