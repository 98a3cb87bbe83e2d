import { MediaExport, type Upload, type UploadEvent } from '@likeness/contracts'
import { signServiceToken } from '@likeness/runtime'
import { waitFor } from '@likeness/test-kit'
import { sql } from 'kysely'
import t from 'tap'
import { form, jpeg } from '../testing/pictures.js'
import { type Media, startMedia } from '../testing/start-media.js'
import { andWait } from '../testing/steps.js'
import { requeueStuck } from '../upkeep/requeue-stuck.js'

const asAccounts = async (media: Media, method: string, path: string) =>
  fetch(`${media.url}/internal/users/${path}`, {
    method,
    headers: {
      authorization: `Bearer ${await signServiceToken(media.config.SERVICE_SECRET, 'accounts', 'media')}`,
    },
  })

async function publish(person: Awaited<ReturnType<Media['person']>>): Promise<Upload> {
  const { body } = await person.call<Upload>('POST', '/v1/uploads', form(await jpeg(), 'me.jpg'))
  return (await andWait(person, `/v1/uploads/${body.id}/confirm`)).body
}

async function keysOf(media: Media, userId: string): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of media.deps.storage.list('')) if (key.includes(userId)) keys.push(key)
  return keys
}

t.test('erasing a user leaves nothing of theirs, and nothing comes back', async (t) => {
  const media = await startMedia(t)
  await media.work()
  const [ana, ben] = [await media.person(), await media.person()]
  const live = await publish(ana)
  await publish(ben)
  await ana.call('POST', '/v1/uploads', form(await jpeg()))
  const variant = new URL(live.avatar?.urls['64']?.webp ?? '').pathname
  t.match(await ana.call('GET', variant), { status: 200 })
  const bens = (await keysOf(media, ben.id)).length

  t.equal((await asAccounts(media, 'DELETE', ana.id)).status, 202)
  await waitFor(async () => (await asAccounts(media, 'DELETE', ana.id)).status === 204)
  t.strictSame(await keysOf(media, ana.id), [])
  for (const table of ['uploads', 'upload_events', 'avatars', 'withdrawals'] as const) {
    const rows = await media.deps.db
      .selectFrom(table)
      .select('user_id')
      .where('user_id', '=', ana.id)
      .execute()
    t.strictSame(rows, [], table)
  }
  await waitFor(async () => (await ana.call('GET', variant)).status === 410)
  t.match(await ana.call('GET', `/v1/avatars/${ana.id}?default=404`), { status: 404 })
  t.match(
    await ana.call('POST', '/v1/uploads', form(await jpeg())),
    { status: 404 },
    'a token still alive brings nothing back',
  )
  t.strictSame(await keysOf(media, ana.id), [])
  t.equal((await keysOf(media, ben.id)).length, bens, 'others keep theirs')
})

t.test('of a manager who leaves, no address stays in the trails of others', async (t) => {
  const media = await startMedia(t)
  await media.work()
  const [ana, max, admin] = [await media.person(), await media.person('manager'), await media.person('admin')]
  const { body } = await max.call<Upload>('POST', `/v1/uploads?userId=${ana.id}`, form(await jpeg()))
  t.equal((await ana.call('DELETE', `/v1/uploads/${body.id}`)).status, 204)
  await waitFor(async () => (await asAccounts(media, 'DELETE', max.id)).status === 204)
  const trail = await admin.call<{ items: UploadEvent[] }>('GET', `/v1/history/${body.id}/events`)
  const acted = trail.body.items.filter((event) => event.actorId !== null)
  t.match(acted, [
    { type: 'uploaded', actorId: max.id, ip: null },
    { type: 'discarded', actorId: ana.id, ip: '127.0.0.1' },
  ])
})

t.test('a lost erasure job is added again', async (t) => {
  const media = await startMedia(t, { queue: 'postgres', config: { REQUEUE_AFTER_SECONDS: '1' } })
  const ana = await media.person()
  await ana.call('POST', '/v1/uploads', form(await jpeg()))
  await asAccounts(media, 'DELETE', ana.id)
  await sql`delete from bullmq.job`.execute(media.deps.db)
  await sql`update erased_users set asked_at = asked_at - interval '5 minutes'`.execute(media.deps.db)
  t.match(await requeueStuck(await media.upkeep(), { dryRun: false }), { erase: 1 })
  await media.work()
  await waitFor(async () => (await asAccounts(media, 'DELETE', ana.id)).status === 204)
})

t.test('the export names every upload, event and file, and gives the bytes', async (t) => {
  const media = await startMedia(t)
  await media.work()
  const ana = await media.person()
  const upload = await publish(ana)
  const answer = await asAccounts(media, 'GET', `${ana.id}/export`)
  const all = MediaExport.parse(await answer.json())
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
    const file = await asAccounts(media, 'GET', `${ana.id}/files?path=${encodeURIComponent(path)}`)
    t.equal((await file.arrayBuffer()).byteLength, bytes, path)
  }
  t.equal((await asAccounts(media, 'GET', `${ana.id}/files?path=uploads/../../secrets`)).status, 400)
  t.equal((await asAccounts(media, 'GET', `${ana.id}/files?path=uploads/none`)).status, 404)
})

t.test('only accounts may ask', async (t) => {
  const media = await startMedia(t)
  const admin = await media.person('admin')
  for (const path of ['', '/export', '/files?path=uploads/x']) {
    const method = path === '' ? 'DELETE' : 'GET'
    t.match(await admin.call(method, `/internal/users/${admin.id}${path}`), { status: 401 })
    t.equal((await fetch(`${media.url}/internal/users/${admin.id}${path}`, { method })).status, 401)
  }
})
