import type { Upload } from '@likeness/contracts'
import { avatars, history, toMedia, uploads } from '@likeness/contracts/endpoints'
import { signServiceToken } from '@likeness/runtime/service-token'
import { openCalls, waitFor } from '@likeness/test-kit'
import { sql } from 'kysely'
import t from 'tap'
import { form, jpeg } from '../testing/pictures.js'
import { type Media, startMedia } from '../testing/start-media.js'
import { andWait, blobs, blobsOf } from '../testing/steps.js'
import { requeueStuck } from '../upkeep/requeue-stuck.js'
import { originalKey, previewKey } from '../uploads/upload-files.js'

async function asAccounts({ url, config }: Media) {
  const token = await signServiceToken(config.SERVICE_SECRET, 'accounts', 'media')
  return openCalls(url, { token }).call
}

async function erase(media: Media, id: string) {
  const call = await asAccounts(media)
  return (await call(toMedia.eraseUser, { params: { id } })).status
}

async function publish(person: Awaited<ReturnType<Media['person']>>): Promise<Upload> {
  const { body } = await person.call(uploads.create, { body: form(await jpeg(), 'me.jpg') })
  return (await andWait(person, uploads.confirm, body.id)).body
}

t.test('erasing a user leaves nothing of theirs, and nothing comes back', async (t) => {
  const media = await startMedia(t)
  await media.work()
  const [ana, ben] = [await media.person(), await media.person()]
  const live = await publish(ana)
  await publish(ben)
  await ana.call(uploads.create, { body: form(await jpeg()) })
  const variant = new URL(live.avatar?.urls['64']?.webp ?? '').pathname
  t.match(await ana.send('GET', variant), { status: 200 })
  const bens = await blobsOf(media, ben.id)
  t.equal(bens.length, 12)

  t.equal(await erase(media, ana.id), 202)
  await waitFor(async () => (await erase(media, ana.id)) === 204)
  // Whatever was being rendered ahead goes as soon as it is stored.
  await waitFor(async () => (await blobs(media)).join() === bens.join(), {
    for: 'the files of one person alone',
  })
  for (const table of ['uploads', 'upload_events', 'avatars', 'withdrawals'] as const) {
    const rows = await media.deps.db
      .selectFrom(table)
      .select('user_id')
      .where('user_id', '=', ana.id)
      .execute()
    t.strictSame(rows, [], table)
  }
  await waitFor(async () => (await ana.send('GET', variant)).status === 410)
  t.match(await ana.call(avatars.serve, { params: { userId: ana.id }, query: { default: '404' } }), {
    status: 404,
  })
  t.match(
    await ana.call(uploads.create, { body: form(await jpeg()) }),
    { status: 404 },
    'a token still alive brings nothing back',
  )
  t.strictSame(await blobs(media), bens, 'others keep theirs')
})

t.test('a manager who leaves leaves no address in the trails of others', async (t) => {
  const media = await startMedia(t)
  await media.work()
  const [ana, max, admin] = [await media.person(), await media.person('manager'), await media.person('admin')]
  const { body } = await max.call(uploads.create, { query: { userId: ana.id }, body: form(await jpeg()) })
  t.equal((await ana.call(uploads.remove, { params: { id: body.id } })).status, 204)
  await waitFor(async () => (await erase(media, max.id)) === 204)
  const trail = await admin.call(history.trail, { params: { uploadId: body.id } })
  const acted = trail.body.items.filter((event) => event.actorId !== null)
  t.match(acted, [
    { type: 'uploaded', actorId: max.id, ip: null },
    { type: 'discarded', actorId: ana.id, ip: '127.0.0.1' },
  ])
})

t.test('a lost erasure job is added again', async (t) => {
  const media = await startMedia(t, { queue: 'postgres', config: { REQUEUE_AFTER_SECONDS: '1' } })
  const ana = await media.person()
  await ana.call(uploads.create, { body: form(await jpeg()) })
  await erase(media, ana.id)
  await sql`delete from bullmq.job`.execute(media.deps.db)
  await sql`update erased_users set asked_at = asked_at - interval '5 minutes'`.execute(media.deps.db)
  t.match(await requeueStuck(await media.upkeep(), { dryRun: false }), { erase: 1 })
  await media.work()
  await waitFor(async () => (await erase(media, ana.id)) === 204)
})

t.test('the export names every upload, event and file, and gives the bytes', async (t) => {
  const media = await startMedia(t)
  await media.work()
  const ana = await media.person()
  const upload = await publish(ana)
  const bens = await publish(await media.person())
  const call = await asAccounts(media)
  const params = { id: ana.id }
  const { body: all } = await call(toMedia.exportUser, { params })
  t.match(all.uploads, [{ id: upload.id, status: 'published', originalFilename: 'me.jpg' }])
  t.strictSame(all.uploads[0]?.events.map((event) => event.type).toSorted(), [
    'confirmed',
    'prepared',
    'published',
    'rendered',
    'uploaded',
  ])
  t.equal(all.files.length, 12, 'the original, its preview and ten variants')
  for (const { path, bytes } of all.files) {
    const file = await call(toMedia.readFile, { params, query: { path } })
    t.equal(file.body.byteLength, bytes, path)
  }
  for (const [path, status] of [
    ['uploads/../../secrets', 400],
    ['uploads/none', 404],
    [originalKey(bens), 404],
    [previewKey({ id: crypto.randomUUID() }), 404],
  ] as const) {
    t.equal((await call(toMedia.readFile, { params, query: { path } })).status, status, path)
  }
})

t.test('only accounts may ask', async (t) => {
  const media = await startMedia(t)
  const admin = await media.person('admin')
  const params = { id: admin.id }
  for (const { call } of [admin, openCalls(media.url)]) {
    t.match(await call(toMedia.eraseUser, { params }), { status: 401 })
    t.match(await call(toMedia.exportUser, { params }), { status: 401 })
    t.match(await call(toMedia.readFile, { params, query: { path: 'uploads/x' } }), { status: 401 })
  }
})
