import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Upload } from '@likeness/contracts'
import { avatars, history, moderation, uploads } from '@likeness/contracts/endpoints'
import { waitFor } from '@likeness/test-kit'
import { sql } from 'kysely'
import t from 'tap'
import { form, quarters } from '../testing/pictures.js'
import { type Media, startMedia } from '../testing/start-media.js'
import { andWait, blobs, blobsOf, eventsOf, publish, settled, upload } from '../testing/steps.js'
import { originalKey, previewKey } from '../uploads/upload-files.js'
import { collectGarbage } from './collect-garbage.js'
import { prune } from './prune.js'

const cli = fileURLToPath(new URL('../../bin/likeness-media.js', import.meta.url))
const config = { UPLOADS_PER_10_MINUTES: '1000', PENDING_PER_USER: '100' }
const run = { dryRun: false }

const age = (media: Media, days: number) =>
  sql`update uploads set
    published_at = published_at - make_interval(days => ${days}),
    closed_at = closed_at - make_interval(days => ${days})`.execute(media.deps.db)

t.test('by default everything is kept but the trails of pictures long gone', async (t) => {
  const media = await startMedia(t, { config })
  await media.work()
  const ana = await media.person()
  const [first, second] = [await publish(ana), await publish(ana)]
  const before = await blobs(media)
  await age(media, 3_650)
  t.strictSame(await prune(await media.upkeep(), run), {
    versions: 0,
    originals: 0,
    trails: 0,
    audit: 0,
    blocks: 0,
    takedowns: 0,
    keys: 0,
    refusals: 0,
    runs: 0,
    leftPeople: 0,
    webhookEvents: 0,
    imports: 0,
  })
  t.strictSame(await blobs(media), before)
  const twoDaysAgo = new Date(Date.now() - 2 * 86_400_000)
  const refused = {
    user_id: ana.id,
    id: crypto.randomUUID(),
    code: 'invalid-image',
    counted: true,
    refused_at: twoDaysAgo,
  }
  await media.deps.db.insertInto('refused_uploads').values(refused).execute()
  const failed = { step: 'erase', key: ana.id, user_id: ana.id, cause: 'unexpected' } as const
  await media.deps.db
    .insertInto('failed_runs')
    .values({ ...failed, last_at: twoDaysAgo })
    .execute()
  await media.deps.db
    .insertInto('failed_runs')
    .values({ ...failed, key: 'since' })
    .execute()
  t.match(await prune(await media.upkeep(), run), { refusals: 1, runs: 1 }, 'they count no longer')
  t.match(await ana.call(uploads.read, { params: { id: first.id } }), { body: { status: 'superseded' } })
  t.match(await ana.call(uploads.read, { params: { id: second.id } }), { body: { status: 'published' } })
})

t.test('KEEP_ORIGINALS', async (t) => {
  const media = await startMedia(t, { config })
  await media.work()
  const ana = await media.person()
  const old = await publish(ana)
  await age(media, 30)
  const young = await publish(ana)
  const pending = await upload(ana)
  const deps = await media.upkeep({ KEEP_ORIGINALS: '30', GARBAGE_GRACE_SECONDS: '0' })
  t.match(await prune(deps, { dryRun: true }), { originals: 1 })
  t.match(await prune(deps, run), { originals: 1 })
  t.match(await prune(deps, run), { originals: 0 }, 'once')
  const originals = async () => (await blobs(media)).filter((key) => key.endsWith('.original'))
  t.strictSame(await originals(), [young, pending].map(originalKey))
  t.equal((await eventsOf(media, old.id)).at(-1), 'original-deleted')

  t.equal((await ana.call(uploads.preview, { params: { id: old.id } })).status, 200, 'what is shown stays')
  const crop = { x: 0, y: 0, width: 9, height: 9 }
  t.match(await ana.call(uploads.restore, { params: { id: old.id }, body: { crop } }), {
    status: 409,
    body: { code: 'original-not-kept' },
  })
  t.equal((await ana.call(uploads.restore, { params: { id: old.id } })).status, 202, 'its variants are there')
  await settled(ana, old.id)

  // The collector makes up for a deletion that failed, and leaves the preview.
  await media.deps.storage.put(originalKey(old), Buffer.from('left behind'))
  t.match(await collectGarbage(deps, run), { blobs: 1 })
  t.equal((await ana.call(uploads.preview, { params: { id: old.id } })).status, 200)

  const none = await media.upkeep({ KEEP_ORIGINALS: '0' })
  t.match(await prune(none, run), { originals: 1 }, 'as soon as published')
  t.strictSame(await originals(), [originalKey(pending)])
})

t.test('KEEP_ORIGINALS=0: the original goes as soon as the picture is published', async (t) => {
  const media = await startMedia(t, { config: { ...config, KEEP_ORIGINALS: '0' } })
  await media.work()
  const ana = await media.person()
  const { id } = await publish(ana)
  const isGone = async () => !(await blobs(media, 'uploads/')).some((key) => key.endsWith('.original'))
  await waitFor(isGone)
  t.equal((await eventsOf(media, id)).at(-1), 'original-deleted')
  t.strictSame(await blobs(media, 'uploads/'), [previewKey({ id })])
  t.match(await prune(media.deps, run), { originals: 0 }, 'nothing is left to do')
  const second = await publish(ana)
  t.match(await andWait(ana, uploads.restore, id), { status: 200 })
  await waitFor(isGone)
  t.match(await settled(ana, second.id), { status: 'superseded' })
})

t.test('KEEP_VERSIONS', async (t) => {
  const media = await startMedia(t, { config })
  await media.work()
  const [ana, ben] = [await media.person(), await media.person()]
  const versions: Upload[] = []
  for (let count = 0; count < 4; count += 1) versions.push(await publish(ana))
  const bens = [await publish(ben), await publish(ben)]
  // Restored, so it is the newest past version once another follows.
  await andWait(ana, uploads.restore, versions[0]?.id ?? '')
  await publish(ana)
  const deps = await media.upkeep({ KEEP_VERSIONS: '2', GARBAGE_GRACE_SECONDS: '0' })
  t.match(await prune(deps, { dryRun: true }), { versions: 2 })
  t.match(await prune(deps, run), { versions: 2 })
  t.match(await prune(deps, run), { versions: 0 })
  const { items } = (await ana.call(uploads.list, { query: { status: 'superseded' } })).body
  t.strictSame(
    items.map((one) => one.id),
    [versions[3]?.id, versions[0]?.id],
  )
  t.match(await ben.call(uploads.read, { params: { id: bens[0]?.id ?? '' } }), { status: 200 })
  const left = await blobsOf(media, ana.id, 'avatars/')
  t.equal(left.length, 30)
  t.strictSame(await collectGarbage(deps, run), { blobs: 0, bytes: 0 }, 'the collector agrees')
  t.strictSame(await blobsOf(media, ana.id, 'avatars/'), left)

  const none = await media.upkeep({ KEEP_VERSIONS: '0' })
  t.match(await prune(none, run), { versions: 3 })
  t.equal(
    (await ana.call(avatars.serve, { params: { userId: ana.id }, query: { default: '404' } })).status,
    200,
    'the live one stays',
  )
})

t.test('restoring a version that is about to be pruned', async (t) => {
  const media = await startMedia(t, { config })
  await media.work()
  for (let round = 0; round < 5; round += 1) {
    const ana = await media.person()
    const [first] = [await publish(ana), await publish(ana)]
    const deps = await media.upkeep({ KEEP_VERSIONS: '0' })
    const [restore] = await Promise.all([
      ana.call(uploads.restore, { params: { id: first.id } }),
      prune(deps, run),
    ])
    const found = await ana.call(uploads.read, { params: { id: first.id } })
    t.equal(found.status, restore.status === 202 ? 200 : 404)
    t.equal(
      (await ana.call(avatars.serve, { params: { userId: ana.id }, query: { default: '404' } })).status,
      200,
      'there is an avatar',
    )
    if (restore.status === 202) await settled(ana, first.id)
  }
})

t.test('take-downs go with what they took down; the deny-list stays while it is in force', async (t) => {
  const media = await startMedia(t, { config })
  const [ana, ben, max] = [await media.person(), await media.person(), await media.person('manager')]
  const { db } = media.deps
  const takeDown = async (bytes: Buffer, block: boolean) => {
    const { id } = await upload(ana, bytes)
    await upload(ben, bytes)
    const body = { uploadId: id, reason: 'Spam', block }
    const { seen } = (await max.call(moderation.takeDown, { query: { dryRun: 'true' }, body })).body
    return (await max.call(moderation.takeDown, { body: { ...body, seen } })).body
  }
  const pictures = await Promise.all([30, 40, 50].map((size) => quarters(size, size).png().toBuffer()))
  const [plain, blocking, lifted] = [
    await takeDown(pictures[0] as Buffer, false),
    await takeDown(pictures[1] as Buffer, true),
    await takeDown(pictures[2] as Buffer, true),
  ]
  const params = { id: lifted.blockedImageId ?? '' }
  t.equal((await max.call(moderation.unblockImage, { params, query: { reason: 'A mistake' } })).status, 204)
  t.match(await db.selectFrom('takedowns').select(['ip', 'user_agent']).execute(), [
    { ip: null, user_agent: null },
    { ip: null, user_agent: null },
    { ip: null, user_agent: null },
  ])
  const deps = await media.upkeep()
  const nothing = { blocks: 0, takedowns: 0 }
  const old = (days: number) =>
    Promise.all([
      sql`update takedowns set finished_at = finished_at - make_interval(days => ${days})`.execute(db),
      sql`update blocked_images set lifted_at = lifted_at - make_interval(days => ${days})`.execute(db),
    ])
  await old(399)
  t.match(await prune(deps, run), nothing, 'not yet')
  await old(2)
  await sql`update takedowns set finished_at = null where id = ${plain.id}`.execute(db)
  t.match(await prune(deps, { dryRun: true }), { blocks: 1, takedowns: 1 })
  t.match(await prune(deps, run), { blocks: 1, takedowns: 1 })
  const left = async () => (await max.call(moderation.listTakedowns)).body.items
  const uploadsOf = (all: Awaited<ReturnType<typeof left>>) =>
    all.map(({ id, uploads: { refused } }) => ({ id, refused }))
  t.strictSame(uploadsOf(await left()), [
    { id: blocking.id, refused: 0 },
    { id: plain.id, refused: 2 },
  ])
  t.match((await max.call(moderation.listBlockedImages)).body.items, [
    { id: blocking.blockedImageId, takedownId: blocking.id },
  ])
  const sent = await ben.call(uploads.create, { body: form(pictures[1] as Buffer) })
  t.match(sent, { status: 422, body: { code: 'blocked-image' } }, 'still refused')
  const trail = await max.call(history.trail, { params: { uploadId: blocking.uploadId } })
  t.match(
    trail.body.items.at(-1),
    { type: 'rejected', details: { takedown: blocking.id } },
    'the trail has it',
  )
  t.match(await prune(deps, run), nothing)
})

t.test('KEEP_TRAIL_DAYS', async (t) => {
  const media = await startMedia(t, { config })
  await media.work()
  const ana = await media.person()
  const erased = await publish(ana)
  const past = await publish(ana)
  const live = await publish(ana)
  const discarded = await upload(ana)
  await ana.call(uploads.remove, { params: { id: erased.id } })
  await ana.call(uploads.remove, { params: { id: discarded.id } })
  await age(media, 399)
  const deps = await media.upkeep()
  t.match(await prune(deps, run), { trails: 0 })
  await age(media, 1)
  const { stdout } = await promisify(execFile)(process.execPath, [cli, 'prune', '--dry-run', '--json'], {
    env: { ...process.env, NODE_OPTIONS: '', ...media.env },
  })
  t.strictSame(JSON.parse(stdout), {
    versions: 0,
    originals: 0,
    trails: 2,
    audit: 0,
    blocks: 0,
    takedowns: 0,
    keys: 0,
    refusals: 0,
    runs: 0,
    leftPeople: 0,
    webhookEvents: 0,
    imports: 0,
  })
  await promisify(execFile)(process.execPath, [cli, 'prune', '--quiet'], {
    env: { ...process.env, NODE_OPTIONS: '', ...media.env },
  })
  const admin = await media.person('admin')
  t.match((await admin.call(history.listAudit, { query: { action: 'trail-pruned' } })).body.items, [
    { actorKind: 'upkeep', details: { uploads: 2, startedBy: 'cli', osUser: String } },
  ])
  const left = async (table: 'uploads' | 'upload_events') => {
    const column = table === 'uploads' ? 'id' : 'upload_id'
    const { rows } = await sql<{ id: string }>`
      select distinct ${sql.ref(column)} as id from ${sql.table(table)} order by id`.execute(media.deps.db)
    return rows.map((row) => row.id)
  }
  t.strictSame(await left('uploads'), [past.id, live.id])
  t.strictSame(await left('upload_events'), [past.id, live.id])
})
