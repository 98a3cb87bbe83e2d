import { avatars, uploads } from '@likeness/contracts/endpoints'
import { waitFor } from '@likeness/test-kit'
import { sql } from 'kysely'
import t from 'tap'
import { startMedia } from '../testing/start-media.js'
import { andWait, blobs, eventsOf, publish, settled, upload } from '../testing/steps.js'
import { requeueStuck } from '../upkeep/requeue-stuck.js'

const config = { UPLOADS_PER_10_MINUTES: '1000', PENDING_PER_USER: '100' }

t.test('the owner takes the avatar down, and restores it', async (t) => {
  const media = await startMedia(t, { config })
  await media.work()
  const ana = await media.person()
  t.match(await ana.call(avatars.withdraw, { params: { userId: ana.id } }), {
    status: 404,
    body: { code: 'avatar-not-found' },
  })
  const first = await publish(ana)
  t.equal((await ana.call(avatars.withdraw, { params: { userId: ana.id } })).status, 204)
  await waitFor(
    async () =>
      (await ana.call(avatars.serve, { params: { userId: ana.id }, query: { default: '404' } })).status ===
      404,
  )
  t.match(await ana.call(uploads.read, { params: { id: first.id } }), {
    body: {
      status: 'withdrawn',
      closedAt: /Z$/,
      previewUrl: /preview\?expires=/,
      avatar: { urls: first.avatar?.urls },
    },
  })
  t.match(media.accounts.removed, [
    { userId: ana.id, uploadId: first.id, actor: { id: ana.id }, reason: null },
  ])
  const version = media.accounts.removed[0]?.version ?? 0
  t.ok(version > (first.avatar?.version ?? 0))

  t.equal((await ana.call(avatars.withdraw, { params: { userId: ana.id } })).status, 204, 'again is quiet')
  const { count } = await media.deps.db
    .selectFrom('withdrawals')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  t.equal(count, 1)

  t.match(await andWait(ana, uploads.restore, first.id), {
    status: 200,
    body: { status: 'published' },
  })
  t.equal((await ana.call(avatars.serve, { params: { userId: ana.id } })).status, 200)
  t.ok((media.accounts.told.at(-1)?.version ?? 0) > version)
  t.strictSame((await eventsOf(media, first.id)).slice(-4), [
    'published',
    'withdrawn',
    'restored',
    'published',
  ])
  t.equal((await blobs(media, 'avatars/')).length, 10)
})

t.test('a manager gives a reason; nobody else may', async (t) => {
  const media = await startMedia(t, { config })
  await media.work()
  const [ana, ben, max] = [await media.person(), await media.person(), await media.person('manager')]
  const first = await publish(ana)
  const params = { userId: ana.id }
  t.match(await ben.call(avatars.withdraw, { params }), { status: 403, body: { code: 'forbidden' } })
  t.match(await ben.call(avatars.withdraw, { params, query: { reason: 'envy' } }), { status: 403 })
  t.match(await max.call(avatars.withdraw, { params }), {
    status: 400,
    body: { code: 'validation-failed', errors: [{ path: 'reason' }] },
  })
  t.match(await max.call(avatars.withdraw, { params, query: { reason: '' } }), { status: 400 })
  t.match(await max.call(avatars.withdraw, { params, body: { reason: '' } }), { status: 400 })
  t.match(await ana.call(avatars.serve, { params }), { status: 200 }, 'still there')
  t.equal((await max.call(avatars.withdraw, { params, query: { reason: 'Not a person' } })).status, 204)
  await waitFor(() => media.accounts.removed.length === 1)
  t.match(media.accounts.removed, [{ actor: { id: max.id, ip: '127.0.0.1' }, reason: 'Not a person' }])
  const event = await media.deps.db
    .selectFrom('upload_events')
    .selectAll()
    .where('upload_id', '=', first.id)
    .where('type', '=', 'withdrawn')
    .executeTakeFirstOrThrow()
  t.match(event, { actor_id: max.id, ip: '127.0.0.1', details: { reason: 'Not a person' } })

  await publish(ana)
  t.equal(
    (await max.call(avatars.withdraw, { params, body: { reason: 'Nor this one' } })).status,
    204,
    'in the body',
  )
  await waitFor(() => media.accounts.removed.length === 2)
  t.match(media.accounts.removed[1], { reason: 'Nor this one' })
})

t.test('accounts away: it is told once it is back, even if the queue lost the job', async (t) => {
  const media = await startMedia(t, {
    queue: 'postgres',
    config: { ...config, REQUEUE_AFTER_SECONDS: '1' },
  })
  const worker = await media.work()
  const ana = await media.person()
  await publish(ana)
  await worker.queue.close()
  media.accounts.status = 503
  await ana.call(avatars.withdraw, { params: { userId: ana.id } })
  t.equal(
    (await ana.call(avatars.serve, { params: { userId: ana.id }, query: { default: '404' } })).status,
    404,
    'gone at once',
  )
  await sql`delete from bullmq.job`.execute(media.deps.db)
  await sql`update withdrawals set at = at - interval '1 minute'`.execute(media.deps.db)
  t.match(await requeueStuck(await media.upkeep(), { dryRun: true }), { withdraw: 1 })
  await media.work()
  await waitFor(async () => (await requeueStuck(media.deps, { dryRun: false })).withdraw === 1)
  t.strictSame(media.accounts.removed, [])
  media.accounts.status = 204
  await waitFor(() => media.accounts.removed.length > 0)
  await waitFor(async () => (await requeueStuck(media.deps, { dryRun: true })).withdraw === 0)
})

t.test('withdrawing while a picture is on its way: the later of the two wins', async (t) => {
  const media = await startMedia(t, { config })
  const ana = await media.person()
  const early = await upload(ana)
  await ana.call(uploads.confirm, { params: { id: early.id } })
  t.equal(
    (await ana.call(avatars.withdraw, { params: { userId: ana.id } })).status,
    204,
    'nothing is live yet',
  )
  const late = await upload(ana)
  await media.work()
  t.match(await settled(ana, early.id), { status: 'superseded' })
  t.equal(
    (await ana.call(avatars.serve, { params: { userId: ana.id }, query: { default: '404' } })).status,
    404,
  )
  t.match(media.accounts.told, [])
  await andWait(ana, uploads.confirm, late.id)
  t.equal((await ana.call(avatars.serve, { params: { userId: ana.id } })).status, 200)
  t.match(media.accounts.told, [{ uploadId: late.id }])
})

t.test('withdraw racing publish and restore: media and accounts agree', async (t) => {
  const media = await startMedia(t, { config })
  await media.work()
  for (let round = 0; round < 8; round += 1) {
    const ana = await media.person()
    const first = await publish(ana)
    const second = await publish(ana)
    const third = await upload(ana)
    const [withdraw, restore] = await Promise.all([
      ana.call(avatars.withdraw, { params: { userId: ana.id } }),
      ana.call(uploads.restore, { params: { id: first.id } }),
      ana.call(uploads.confirm, { params: { id: third.id } }),
    ])
    t.equal(withdraw.status, 204)
    t.equal(restore.status, 202)
    for (const { id } of [first, second, third]) await settled(ana, id)
    await waitFor(() => media.accounts.removed.some((one) => one.userId === ana.id))

    const live = await media.deps.db
      .selectFrom('avatars')
      .select(['version', 'upload_id'])
      .where('user_id', '=', ana.id)
      .where('live', '=', true)
      .execute()
    const published = await media.deps.db
      .selectFrom('uploads')
      .select(['id', 'version'])
      .where('user_id', '=', ana.id)
      .where('status', '=', 'published')
      .execute()
    t.ok(live.length <= 1)
    t.strictSame(
      live.map((one) => one.upload_id),
      published.map((one) => one.id),
      'what is published is live',
    )
    // Accounts shows the newest version it was told of, whichever came first.
    const [newest] = [
      ...media.accounts.told.map((one) => ({ ...one, shows: one.uploadId })),
      ...media.accounts.removed.map((one) => ({ ...one, shows: undefined })),
    ]
      .filter((one) => one.userId === ana.id)
      .toSorted((a, b) => b.version - a.version)
    t.equal(newest?.shows, live[0]?.upload_id)
  }
})
