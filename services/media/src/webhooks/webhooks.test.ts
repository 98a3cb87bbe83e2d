import { avatars, history, moderation, people, uploads, webhooks } from '@likeness/contracts/endpoints'
import { openCalls, startIssuer, waitFor } from '@likeness/test-kit'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { onlyTask } from '../testing/only-task.js'
import { form, jpeg } from '../testing/pictures.js'
import { startMedia } from '../testing/start-media.js'
import { isSignedBy, isSignedWith, startReceiver } from '../testing/start-receiver.js'
import { andWait, publish, upload } from '../testing/steps.js'
import { tellWebhooks } from './tell-webhooks.js'

const config = {
  OUTBOUND_ALLOW: '127.0.0.1',
  UPKEEP_SCHEDULE: onlyTask('tell-webhooks'),
  KEEP_VERSIONS: '0',
}

/** Media with a worker, and a receiver that is told everything. */
async function startWith(t: Test, more: Record<string, string> = {}) {
  const media = await startMedia(t, { config: { ...config, ...more } })
  const receiver = await startReceiver(t)
  const admin = await media.person('admin')
  const { body: added } = await admin.call(webhooks.add, { body: { url: receiver.url } })
  const worker = await media.work()
  const read = async () => (await admin.call(webhooks.read, { params: { id: added.id } })).body
  const deliveries = async () =>
    (await admin.call(webhooks.deliveries, { params: { id: added.id } })).body.items
  return { media, receiver, admin, added, worker, read, deliveries }
}

t.test('a product is told what happens to pictures, signed by Standard Webhooks', async (t) => {
  const { media, receiver, admin, added, deliveries } = await startWith(t)
  t.match(added, { state: 'enabled', events: null, waiting: 0, secret: /^whsec_[\w+/=]{44}$/ })
  t.match(added.publicKeys, [/^whpk_[\w+/=]{44}$/])
  const ana = await media.person()
  const first = await publish(ana)
  const second = await publish(ana, await jpeg(80, 80, '#993366'))
  await andWait(ana, uploads.restore, first.id)
  await ana.call(avatars.withdraw, { params: { userId: ana.id } })
  await receiver.got('avatar.withdrawn')
  const told = receiver.received.filter(({ payload }) => payload.data.uploadId === first.id)
  const order = told.sort((a, b) => (a.payload.data.seq ?? 0) - (b.payload.data.seq ?? 0))
  t.strictSame(
    order.map(({ payload }) => payload.type),
    ['upload.staged', 'upload.confirmed', 'avatar.published', 'avatar.restored', 'avatar.withdrawn'],
  )
  t.strictSame(Object.keys(order[0]?.payload ?? {}), ['type', 'timestamp', 'data'])
  const versions = order.map(({ payload }) => payload.data.version ?? 0)
  t.strictSame(
    versions,
    [...versions].sort((a, b) => a - b),
    'a later decision has a greater version',
  )
  for (const one of receiver.received) {
    t.equal(isSignedWith(one, added.secret), true, one.payload.type)
    t.equal(isSignedBy(one, added.publicKeys[0] ?? ''), true, one.payload.type)
    t.equal(isSignedWith({ ...one, body: `${one.body} ` }, added.secret), false)
  }
  t.equal(new Set(receiver.received.map(({ id }) => id)).size, receiver.received.length)

  // What a cache may hold of the picture that was withdrawn, each of which was an address of it.
  const { purge = [] } = order.at(-1)?.payload.data ?? {}
  const shown = Object.values(first.avatar?.urls ?? {}).flatMap((urls) => Object.values(urls))
  t.strictSame(purge, [`${media.config.PUBLIC_URL}/v1/avatars/${ana.id}`, ...shown])

  t.match(await ana.call(uploads.remove, { params: { id: second.id } }), { status: 204 })
  const [erased] = await receiver.got('avatar.erased')
  t.match(erased?.payload.data, { userId: ana.id, uploadId: second.id })
  const gone = Object.values(second.avatar?.urls ?? {}).flatMap((urls) => Object.values(urls))
  t.strictSame(erased?.payload.data.purge?.slice(1), gone)

  await waitFor(async () => (await deliveries()).every(({ state }) => state === 'delivered'))
  const [newest] = await deliveries()
  t.match(newest, {
    ...{ id: erased?.id, payload: erased?.payload, attempts: 1, isReplay: false, nextAt: null },
    last: { status: 204, fault: null, answer: '' },
  })
  t.match((await admin.call(history.listAudit, { query: { action: 'webhook-added' } })).body.items, [
    { details: { webhook: added.id, url: receiver.url } },
  ])
})

t.test('what becomes no picture is told too, and only to whom it interests', async (t) => {
  const { media, receiver, admin } = await startWith(t)
  const other = await startReceiver(t)
  await admin.call(webhooks.add, { body: { url: other.url, events: ['upload.expired'] } })
  const ana = await media.person()
  const refused = await upload(ana)
  await admin.call(moderation.refuse, { params: { id: refused.id }, body: { reason: 'not a face' } })
  const [rejected] = await receiver.got('upload.rejected')
  t.match(rejected?.payload.data, { uploadId: refused.id, code: 'refused-by-operator' })
  const late = await upload(ana)
  await sql`update uploads set expires_at = now() where id = ${late.id}`.execute(media.deps.db)
  const { expireUploads } = await import('../upkeep/expire-uploads.js')
  await expireUploads(media.deps, { dryRun: false })
  const [expired] = await other.got('upload.expired')
  t.equal(expired?.payload.data.uploadId, late.id)
  const [same] = await receiver.got('upload.expired')
  t.equal(same?.id, expired?.id, 'an event has one id, whoever is told')
  t.equal(other.received.length, 1)
})

t.test('a person who leaves: only that is told, with everything to purge', async (t) => {
  const issuer = await startIssuer(t)
  const ISSUERS = JSON.stringify([{ alias: 'shop', issuer: issuer.url, audience: ['product'] }])
  const { media, receiver, admin, deliveries } = await startWith(t, { ISSUERS })
  const ana = openCalls(media.url, { token: await issuer.token({ sub: 'ana/1' }) })
  const { body } = await ana.call(uploads.create, { body: form(await jpeg()) })
  await ana.call(uploads.confirm, { params: { id: body.id }, headers: { prefer: 'wait=30' } })
  const [published] = await receiver.got('avatar.published')
  t.match(published?.payload.data, { userId: body.userId, issuer: 'shop', subject: 'ana/1' })
  const row = await ana.call(uploads.read, { params: { id: body.id } })

  const params = { issuer: 'shop', subject: 'ana/1' }
  t.equal((await admin.call(people.erase, { params })).status, 202)
  const [erased] = await receiver.got('person.erased')
  const origin = `${media.config.PUBLIC_URL}/v1/avatars`
  t.strictSame(erased?.payload.data, {
    issuer: 'shop',
    purge: [
      `${origin}/${body.userId}`,
      `${origin}/by/shop/ana%2F1`,
      ...Object.values(row.body.avatar?.urls ?? {}).flatMap((urls) => Object.values(urls)),
    ],
    userId: body.userId,
    subject: 'ana/1',
  })
  const kept = (await deliveries()).map(({ payload }) => payload.type)
  t.strictSame(kept, ['person.erased'], 'nothing else of theirs is kept')
  const { eraseUser } = await import('../erasure/erase-user.job.js')
  await eraseUser(media.deps, { userId: body.userId })
  t.equal((await deliveries()).length, 1, 'the job that runs again tells nobody')
})

t.test('an event is told once, whoever fans out and however often', async (t) => {
  const media = await startMedia(t, { config: { ...config, UPKEEP_SCHEDULE: 'off' } })
  const admin = await media.person('admin')
  const ana = await media.person()
  const before = await upload(ana)
  const { body } = await admin.call(webhooks.add, { body: { url: 'https://example.org/' } })
  const after = await upload(ana)
  const other = await media.upkeep()
  await Promise.all([media.deps, other, media.deps].map((deps) => tellWebhooks(deps, { dryRun: false })))
  const { body: listed } = await admin.call(webhooks.deliveries, { params: { id: body.id } })
  t.strictSame(
    listed.items.map(({ payload }) => payload.data.uploadId),
    [after.id],
    'neither twice nor what was before',
  )
  t.not(after.id, before.id)
  t.strictSame(await tellWebhooks(media.deps, { dryRun: false }), { events: 0 })

  const third = await upload(ana)
  t.strictSame(await tellWebhooks(media.deps, { dryRun: true }), { events: 1 })
  // The cursor moves with the events of its batch, or not at all.
  await sql`alter table webhook_cursor add constraint stuck check (last_seq < 0) not valid`.execute(
    media.deps.db,
  )
  await t.rejects(tellWebhooks(media.deps, { dryRun: false }))
  await sql`alter table webhook_cursor drop constraint stuck`.execute(media.deps.db)
  t.strictSame(await tellWebhooks(media.deps, { dryRun: false }), { events: 1 })
  const again = await admin.call(webhooks.deliveries, { params: { id: body.id } })
  t.match(again.body.items[0], { payload: { data: { uploadId: third.id } } })
  t.equal(again.body.items.length, 2)
})
