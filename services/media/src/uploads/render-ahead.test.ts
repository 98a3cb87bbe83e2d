import { once } from 'node:events'
import { avatars, toMedia, uploads } from '@likeness/contracts/endpoints'
import { type Decoder, openDecoder } from '@likeness/images'
import { signServiceToken } from '@likeness/runtime/service-token'
import { openCalls, waitFor } from '@likeness/test-kit'
import t, { type Test } from 'tap'
import { publishAvatar } from '../avatars/publish-avatar.job.js'
import { rowOf } from '../testing/fault-case.js'
import { form, quarters, readQuarters } from '../testing/pictures.js'
import { type Media, startMedia } from '../testing/start-media.js'
import { andWait, blobs, settled, upload } from '../testing/steps.js'
import { collectGarbage } from '../upkeep/collect-garbage.js'
import { expireUploads } from '../upkeep/expire-uploads.js'
import { variantsPrefix } from './upload-files.js'

t.jobs = 2

const picture = await quarters(300, 200).png().toBuffer()
/** Not the middle. */
const corner = { x: 0, y: 0, width: 200, height: 200 }

const decoder = openDecoder({ children: 1 })
t.teardown(() => decoder.close())

/** A worker whose variants ahead come only once they are released. */
async function withLateVariants(t: Test) {
  const media = await startMedia(t)
  const person = await media.person()
  const gate = new AbortController()
  const late: Decoder = {
    ...decoder,
    async prepare(...job) {
      const { variants, ...prepared } = await decoder.prepare(...job)
      const released = gate.signal.aborted ? undefined : once(gate.signal, 'abort')
      return { ...prepared, variants: Promise.resolve(released).then(() => variants) }
    },
    close: async () => undefined,
  }
  const worker = await media.work({ decoder: late, decoderOf: () => late })
  const { id } = await upload(person, picture)
  await waitFor(async () => (await rowOf(media, id)).prepared_at, { for: 'the preview' })
  return {
    media,
    person,
    id,
    /** Lets them come, and waits until the worker is done with them. */
    release: async () => {
      const preparing = worker.preparing.get(id)
      t.ok(preparing, 'they are on their way')
      gate.abort()
      await preparing
    },
  }
}

const variants = (media: Media) => blobs(media, 'avatars/')

t.test('variants that come after the confirmation with another crop leave nothing', async (t) => {
  const { media, person, id, release } = await withLateVariants(t)
  // Another worker, which has nothing to wait for.
  const other = await media.upkeep()
  await person.call(uploads.confirm, { params: { id }, body: { crop: corner } })
  const { version } = await rowOf(media, id)
  await publishAvatar(
    { ...other, decoder, decoderOf: () => decoder, preparing: new Map() },
    { uploadId: id, userId: person.id, version: version ?? 0 },
  )
  await settled(person, id)
  const published = await variants(media)
  await release()
  t.strictSame(await variants(media), published)
  t.ok(published.every((key) => key.startsWith(`${variantsPrefix(id, version ?? 0)}/`)))
  t.match(await rowOf(media, id), { status: 'published', rendered_ahead: null })
})

t.test('variants that come after the default crop is confirmed are published, and made once', async (t) => {
  const { media, person, id, release } = await withLateVariants(t)
  t.equal((await person.call(uploads.confirm, { params: { id } })).status, 202)
  await release()
  t.match(await settled(person, id), { status: 'published' })
  const keys = await variants(media)
  t.equal(keys.length, 10)
  t.ok(keys.every((key) => key.startsWith(`${variantsPrefix(id)}/`)))
})

t.test('variants that come after a discard leave nothing', async (t) => {
  const { media, person, id, release } = await withLateVariants(t)
  t.equal((await person.call(uploads.remove, { params: { id } })).status, 204)
  await release()
  t.strictSame(await blobs(media), [])
})

t.test('variants that come after the upload expired leave nothing', async (t) => {
  const { media, id, release } = await withLateVariants(t)
  await expire(media, id)
  await release()
  t.strictSame(await blobs(media), [])
})

t.test('variants that come after the erasure of their owner leave nothing', async (t) => {
  const { media, person, release } = await withLateVariants(t)
  const token = await signServiceToken(media.config.SERVICE_SECRET, 'accounts', 'media')
  const { call } = openCalls(media.url)
  await waitFor(
    async () => (await call(toMedia.eraseUser, { params: { id: person.id }, token })).status === 204,
    { for: 'the erasure' },
  )
  await release()
  t.strictSame(await blobs(media), [])
})

t.test('a picture that is discarded while it waits for a decoder fails no job', async (t) => {
  const media = await startMedia(t)
  const person = await media.person()
  const gate = new AbortController()
  const busy: Decoder = {
    ...decoder,
    async prepare(...job) {
      if (!gate.signal.aborted) await once(gate.signal, 'abort')
      return decoder.prepare(...job)
    },
    close: async () => undefined,
  }
  const worker = await media.work({ decoder: busy, decoderOf: () => busy })
  const { id } = await upload(person, picture)
  await waitFor(() => worker.preparing.has(id), { for: 'the job' })
  await person.call(uploads.remove, { params: { id } })
  t.strictSame(await blobs(media), [])
  gate.abort()
  await worker.preparing.get(id)
  const next = await upload(person, picture)
  t.ok(await ahead(media, next.id))
  t.strictSame(await media.deps.db.selectFrom('failed_runs').selectAll().execute(), [])
  t.strictSame(
    (await blobs(media)).filter((key) => key.includes(id)),
    [],
  )
})

async function expire(media: Media, id: string): Promise<void> {
  await media.deps.db
    .updateTable('uploads')
    .set({ expires_at: new Date(Date.now() - 1_000) })
    .where('id', '=', id)
    .execute()
  await expireUploads(await media.upkeep(), { dryRun: false })
}

const ahead = (media: Media, id: string) =>
  waitFor(async () => (await rowOf(media, id)).rendered_ahead, { for: 'the variants rendered ahead' })

t.test('what was rendered ahead goes with the upload', async (t) => {
  const media = await startMedia(t)
  await media.work()
  const person = await media.person()
  const give: Record<string, (id: string) => Promise<unknown>> = {
    discarded: (id) => person.call(uploads.remove, { params: { id } }),
    expired: (id) => expire(media, id),
  }
  for (const [status, giveUp] of Object.entries(give)) {
    const { id } = await upload(person, picture)
    await ahead(media, id)
    t.equal((await variants(media)).length, 10, 'they are stored')
    await giveUp(id)
    t.match(await rowOf(media, id), { status })
    t.strictSame(await blobs(media), [], status)
  }

  // The oldest of as many as a person may have.
  const first = await upload(person, picture)
  await ahead(media, first.id)
  for (let count = 1; count < 5; count += 1) await upload(person, picture)
  const { status } = await person.call(uploads.create, { body: form(picture), query: { replace: 'oldest' } })
  t.equal(status, 201)
  t.notOk((await blobs(media)).some((key) => key.includes(first.id)))
})

t.test('another crop is rendered from the original, and what was ahead goes', async (t) => {
  const media = await startMedia(t)
  await media.work()
  const person = await media.person()
  const { id } = await upload(person, picture)
  await ahead(media, id)
  const { body } = await andWait(person, uploads.confirm, id, { crop: corner })
  t.equal(body.status, 'published')
  const keys = await variants(media)
  t.equal(keys.length, 10)
  t.ok(keys.every((key) => key.startsWith(`${variantsPrefix(id, body.avatar?.version ?? 0)}/`)))
})

t.test('RENDER_AHEAD=false makes nothing before the confirmation', async (t) => {
  const media = await startMedia(t, { config: { RENDER_AHEAD: 'false' } })
  const worker = await media.work()
  const person = await media.person()
  const { id } = await upload(person, picture)
  await waitFor(async () => (await rowOf(media, id)).prepared_at)
  await worker.preparing.get(id)
  t.strictSame(await variants(media), [])
  t.equal((await andWait(person, uploads.confirm, id)).body.status, 'published')
  const { body } = await person.call(avatars.serve, {
    params: { userId: person.id },
    query: { format: 'webp' },
  })
  t.equal(await readQuarters(body), 'rgby')
})

t.test('garbage of a worker that died between storing and noting is collected', async (t) => {
  const media = await startMedia(t)
  const person = await media.person()
  const worker = await media.work()
  const { id } = await upload(person, picture)
  await ahead(media, id)
  await worker.queue.close()
  await media.deps.db.updateTable('uploads').set({ rendered_ahead: null }).where('id', '=', id).execute()
  await person.call(uploads.remove, { params: { id } })
  t.equal((await variants(media)).length, 10, 'no row names them')
  await collectGarbage(await media.upkeep({ GARBAGE_GRACE_SECONDS: '0' }), { dryRun: false })
  t.strictSame(await blobs(media), [])
})
