import { execFile } from 'node:child_process'
import { utimes } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { uploads } from '@likeness/contracts/endpoints'
import { emptyRedis, noRedis, waitFor } from '@likeness/test-kit'
import { sql } from 'kysely'
import t from 'tap'
import { onlyTask } from '../testing/only-task.js'
import { form, jpeg } from '../testing/pictures.js'
import { type Media, startMedia } from '../testing/start-media.js'
import { andWait, blobs } from '../testing/steps.js'
import { originalKey, variantsPrefix } from '../uploads/upload-files.js'
import { collectGarbage } from './collect-garbage.js'
import { expireUploads } from './expire-uploads.js'
import { requeueStuck } from './requeue-stuck.js'

const cli = fileURLToPath(new URL('../../bin/likeness-media.js', import.meta.url))

async function run(media: Media, ...parameters: string[]) {
  const { stdout } = await promisify(execFile)(process.execPath, [cli, ...parameters, '--json'], {
    env: { ...process.env, NODE_OPTIONS: '', ...media.env },
  })
  return JSON.parse(stdout) as unknown
}

async function upload(media: Media) {
  const person = await media.person()
  const { body } = await person.call(uploads.create, { body: form(await jpeg()) })
  return { person, id: body.id }
}

const overdue = (media: Media) =>
  media.deps.db
    .updateTable('uploads')
    .set({ expires_at: sql`now() - interval '1 second'` })
    .where('status', '=', 'pending')
    .execute()

t.test('expire-uploads, from the CLI', async (t) => {
  const media = await startMedia(t)
  const { person, id } = await upload(media)
  const deps = await media.upkeep()
  t.strictSame(await expireUploads(deps, { dryRun: false }), { expired: 0, abandoned: 0 }, 'too early')
  await overdue(media)
  t.strictSame(await run(media, 'expire-uploads', '--dry-run'), { expired: 1, abandoned: 0 })
  t.match(
    await person.call(uploads.read, { params: { id } }),
    { body: { status: 'pending' } },
    'a dry run changes nothing',
  )
  t.equal((await blobs(media)).length, 1)
  t.strictSame(await run(media, 'expire-uploads'), { expired: 1, abandoned: 0 })
  t.match(await person.call(uploads.read, { params: { id } }), {
    body: { status: 'expired', closedAt: /Z$/, expiresAt: null },
  })
  t.strictSame(await blobs(media), [])
  const events = await media.deps.db.selectFrom('upload_events').select('type').orderBy('seq').execute()
  t.strictSame(
    events.map((event) => event.type),
    ['uploaded', 'expired'],
  )
})

t.test('confirm racing expiry: one wins, and the files follow', async (t) => {
  const media = await startMedia(t, { config: { PENDING_PER_USER: '50' } })
  const deps = await media.upkeep()
  for (let round = 0; round < 10; round += 1) {
    const { person, id } = await upload(media)
    await media.deps.db
      .updateTable('uploads')
      .set({ expires_at: sql`clock_timestamp() + make_interval(secs => ${round / 500})` })
      .where('id', '=', id)
      .execute()
    const [confirm] = await Promise.all([
      person.call(uploads.confirm, { params: { id } }),
      waitFor(
        async () =>
          (await expireUploads(deps, { dryRun: false })).expired > 0 ||
          (await person.call(uploads.read, { params: { id } })).body.status === 'confirmed',
      ),
    ])
    const { status } = (await person.call(uploads.read, { params: { id } })).body
    t.equal(status, confirm.status === 202 ? 'confirmed' : 'expired')
    t.equal(
      (await blobs(media)).some((key) => key.includes(id)),
      status === 'confirmed',
    )
  }
})

t.test('two sweeps at once expire each upload once', async (t) => {
  const media = await startMedia(t)
  for (let count = 0; count < 8; count += 1) await upload(media)
  await overdue(media)
  const deps = await media.upkeep()
  const sweeps = await Promise.all(Array.from({ length: 4 }, () => expireUploads(deps, { dryRun: false })))
  t.equal(
    sweeps.reduce((sum, one) => sum + one.expired, 0),
    8,
  )
  const { count } = await media.deps.db
    .selectFrom('upload_events')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('type', '=', 'expired')
    .executeTakeFirstOrThrow()
  t.equal(count, 8)
})

t.test('collect-garbage takes only old blobs that no row names', async (t) => {
  const media = await startMedia(t)
  const worker = await media.work()
  const { person, id } = await upload(media)
  await andWait(person, uploads.confirm, id)
  await upload(media)
  // Ten variants and a preview beside each original; those rendered ahead come last.
  await waitFor(async () => (await blobs(media)).length === 24)
  const named = await blobs(media)
  const orphans = [
    originalKey({ id: crypto.randomUUID() }),
    `${variantsPrefix(id, 999_999)}/64.webp`,
    `${variantsPrefix(crypto.randomUUID())}/64.webp`,
  ]
  for (const key of orphans) await worker.storage.put(key, Buffer.from('left behind'))
  await worker.storage.put('elsewhere/kept', Buffer.from('not ours'))

  t.strictSame(
    await collectGarbage(await media.upkeep(), { dryRun: false }),
    { blobs: 0, bytes: 0 },
    'all are young',
  )
  const anHourAgo = new Date(Date.now() - 3_700_000)
  for await (const { key } of worker.storage.list(''))
    await utimes(`${media.folder}/${key}`, anHourAgo, anHourAgo)
  t.strictSame(await collectGarbage(await media.upkeep(), { dryRun: true }), { blobs: 3, bytes: 33 })
  t.strictSame(await run(media, 'collect-garbage'), { blobs: 3, bytes: 33 })
  t.strictSame((await blobs(media)).toSorted(), [...named, 'elsewhere/kept'].toSorted())
})

t.test('a queue that lost every job loses no upload', async (t) => {
  const media = await startMedia(t, { queue: 'postgres', config: { REQUEUE_AFTER_SECONDS: '3600' } })
  const { person, id } = await upload(media)
  await person.call(uploads.confirm, { params: { id } })
  const other = await upload(media)
  await sql`delete from bullmq.job`.execute(media.deps.db)
  t.strictSame(
    await requeueStuck(await media.upkeep(), { dryRun: false }),
    {
      prepare: 0,
      publish: 0,
      withdraw: 0,
      describe: 0,
      takeDown: 0,
      tell: 0,
      erase: 0,
      import: 0,
      upkeep: 0,
    },
    'nothing waits too long yet',
  )
  await sql`update uploads set uploaded_at = uploaded_at - interval '2 hours', confirmed_at = confirmed_at - interval '2 hours'`.execute(
    media.deps.db,
  )
  const stuck = {
    prepare: 1,
    publish: 1,
    withdraw: 0,
    describe: 0,
    takeDown: 0,
    tell: 0,
    erase: 0,
    import: 0,
    upkeep: 0,
  }
  t.strictSame(await requeueStuck(await media.upkeep(), { dryRun: true }), stuck)
  t.strictSame(await run(media, 'requeue-stuck'), stuck)
  await requeueStuck(await media.upkeep(), { dryRun: false })
  await media.work()
  await waitFor(async () => (await person.call(uploads.read, { params: { id } })).body.status === 'published')
  await waitFor(
    async () =>
      (await other.person.call(uploads.read, { params: { id: other.id } })).body.previewUrl !== null,
  )
  t.equal(media.accounts.told.length, 1, 'twice requeued, once published')
})

t.test('Redis emptied at any moment', { skip: noRedis }, async (t) => {
  const media = await startMedia(t, {
    queue: 'redis',
    config: { REQUEUE_AFTER_SECONDS: '1', UPKEEP_SCHEDULE: onlyTask('requeue-stuck') },
  })
  const empty = () => emptyRedis(media.env.QUEUE_URL)
  await media.work()
  const all = []
  for (let count = 0; count < 6; count += 1) {
    const one = await upload(media)
    all.push(one)
    if (count % 2 === 0) await empty()
    await one.person.call(uploads.confirm, { params: { id: one.id } })
    await empty()
  }
  const pending = await upload(media)
  await empty()
  // The schedule itself lives in Redis too; the worker puts it back.
  for (const { person, id } of all) {
    await waitFor(
      async () => (await person.call(uploads.read, { params: { id } })).body.status === 'published',
    )
  }
  t.equal(new Set(media.accounts.told.map((one) => one.uploadId)).size, 6)
  await waitFor(
    async () =>
      (await pending.person.call(uploads.read, { params: { id: pending.id } })).body.previewUrl !== null,
  )
})

t.test('usage errors of the CLI end with 2, bad configuration with 1 and every fault', async (t) => {
  const failing = (parameters: string[], env: Record<string, string>) =>
    promisify(execFile)(process.execPath, [cli, ...parameters], {
      env: { PATH: process.env.PATH, ...env },
    }).then(
      () => ({ code: 0, stderr: '' }),
      (error: { code: number; stderr: string }) => error,
    )
  t.match(await failing(['dance'], {}), { code: 2, stderr: /unknown command/ })
  t.match(await failing(['expire-uploads', '--dry'], {}), { code: 2 })
  const bad = await failing(['expire-uploads'], {
    DATABASE_URL: 'mysql://secret@host/db',
    PENDING_PER_USER: 'many',
  })
  t.equal(bad.code, 1)
  for (const name of ['DATABASE_URL', 'PENDING_PER_USER', 'QUEUE_URL is required', 'STORAGE_URL is required'])
    t.match(bad.stderr, name)
  t.notMatch(bad.stderr, 'secret@host', 'values are never printed')
})
