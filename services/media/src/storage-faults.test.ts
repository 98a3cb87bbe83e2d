import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { addressOf } from '@likeness/contracts'
import { avatars, uploads } from '@likeness/contracts/endpoints'
import { type Fault, startS3 } from '@likeness/storage/testing'
import { programFile, waitFor } from '@likeness/test-kit'
import t, { type Test } from 'tap'
import { onlyTask } from './testing/only-task.js'
import { form, jpeg, quarters, readQuarters } from './testing/pictures.js'
import { type Media, startMedia } from './testing/start-media.js'
import { andWait, blobs } from './testing/steps.js'
import { collectGarbage } from './upkeep/collect-garbage.js'

/** The service on a bucket of its own, whose proxy the test makes fail. A request that hangs is given up in time. */
async function onS3(t: Test, timeoutMs = 60_000) {
  const s3 = await startS3(t)
  const media = await startMedia(t, {
    config: {
      STORAGE_URL: s3.url('pictures', { timeoutMs: `${timeoutMs}`, attempts: '1' }),
      REQUEUE_AFTER_SECONDS: '1',
      UPKEEP_SCHEDULE: onlyTask('requeue-stuck'),
    },
  })
  return { media, proxy: s3.proxy }
}

const rows = async (media: Media) => (await media.deps.db.selectFrom('uploads').select('id').execute()).length

// A worker does this by its schedule alone: bytes whose row is still on its way would be taken.
const cleanUp = async (media: Media) =>
  collectGarbage(await media.upkeep({ GARBAGE_GRACE_SECONDS: '0' }), { dryRun: false })

t.test('a storage that fails, hangs or breaks off refuses uploads and leaves no row', async (t) => {
  const { media, proxy } = await onS3(t, 10_000)
  const person = await media.person()
  const kept = await person.call(uploads.create, { body: form(await jpeg()) })
  for (const fault of [500, 'reset', 'hang'] as const) {
    proxy.fault = () => fault
    const answer = await person.call(uploads.create, { body: form(await jpeg()) })
    t.match(answer, { status: 503, body: { code: 'overloaded' } }, String(fault))
    t.ok(answer.headers.get('retry-after'))
    t.equal((await fetch(`${media.url}/readyz`)).status, 503)
  }
  proxy.fault = () => undefined
  t.equal((await fetch(`${media.url}/readyz`)).status, 200)
  t.equal((await person.call(uploads.create, { body: form(await jpeg()) })).status, 201, 'it is back')
  t.equal(await rows(media), 2)
  t.equal((await blobs(media)).length, 2)
  t.equal((await person.call(uploads.read, { params: { id: kept.body.id } })).status, 200)
})

t.test('a storage that fails after it succeeded: bytes without a row are collected', async (t) => {
  const { media, proxy } = await onS3(t)
  const person = await media.person()
  proxy.fault = ({ method }) => (method === 'PUT' ? 'lost' : undefined)
  t.match(await person.call(uploads.create, { body: form(await jpeg()) }), { status: 503 })
  t.equal(await rows(media), 0)
  t.equal((await blobs(media)).length, 1)
  t.match(await cleanUp(media), { blobs: 1 })
  t.strictSame(await blobs(media), [])

  proxy.fault = () => undefined
  const { body } = await person.call(uploads.create, { body: form(await jpeg()) })
  proxy.fault = ({ method }) => (method === 'POST' ? 500 : undefined)
  t.match(
    await person.call(uploads.remove, { params: { id: body.id } }),
    { status: 204 },
    'discarded all the same',
  )
  proxy.fault = () => undefined
  t.equal((await blobs(media)).length, 1)
  t.match(await cleanUp(media), { blobs: 1 })
  t.strictSame(await blobs(media), [])
})

t.test('a worker whose storage requests fail, before or after they are done, publishes once', async (t) => {
  const { media, proxy } = await onS3(t)
  const person = await media.person()
  const { body } = await person.call(uploads.create, {
    body: form(await quarters(300, 300).png().toBuffer()),
  })
  // Faults of the first requests of each kind; a job that meets one is tried again as a whole.
  const faults: [request: RegExp, faults: Fault[]][] = [
    [/^GET .*original/, [500, 'reset']],
    [/^PUT .*preview/, ['lost', 500]],
    [/^PUT .*256\.webp/, ['lost', 500]],
    [/^PUT .*32\.jpg/, ['reset', 'lost']],
  ]
  proxy.fault = ({ method, path }) =>
    faults.find(([request]) => request.test(`${method} ${path}`))?.[1].shift()
  t.match(await person.call(uploads.confirm, { params: { id: body.id } }), { status: 202 })
  await media.work()
  await waitFor(
    async () => (await person.call(uploads.read, { params: { id: body.id } })).body.status === 'published',
  )
  t.strictSame(
    faults.flatMap(([, left]) => left),
    [],
    'every fault has happened',
  )
  t.equal(new Set(media.accounts.told.map(({ version }) => version)).size, 1, 'one avatar')
  const picture = await person.call(avatars.serve, {
    params: { userId: person.id },
    query: { size: 256, format: 'webp' },
  })
  t.equal(picture.status, 200)
  t.equal(await readQuarters(picture.body), 'rgby')
  const before = await blobs(media)
  t.match(await cleanUp(media), { blobs: 0 }, 'no orphan')
  t.equal(before.length, 12, 'original, preview and ten variants')
})

t.test('a picture that cannot be read just now is a 503, not a 404', async (t) => {
  const { media, proxy } = await onS3(t)
  await media.work()
  const person = await media.person()
  const { body } = await person.call(uploads.create, { body: form(await jpeg(300, 300)) })
  const confirmed = await andWait(person, uploads.confirm, body.id)
  t.equal(confirmed.body.status, 'published')
  const paths = [
    addressOf(uploads.preview, { params: { id: body.id } }),
    addressOf(avatars.serve, { params: { userId: person.id }, query: { size: 64 } }),
  ]
  for (const fault of [500, 'cut'] as const) {
    proxy.fault = () => fault
    for (const path of paths) t.match(await person.send('GET', path), { status: 503 }, `${fault} ${path}`)
  }
  proxy.fault = () => undefined
  for (const path of paths) t.match(await person.send('GET', path), { status: 200 }, path)
})

/** A folder on a file system of 2 MB of its own, or why there is none. */
async function smallDisk(t: Test): Promise<{ folder: string } | { reason: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'likeness-full-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const { status, stderr, error } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'none', folder])
  if (status !== 0) return { reason: error?.message ?? String(stderr).trim() }
  t.teardown(() => spawnSync('umount', ['--lazy', folder]))
  return { folder }
}

t.test('a storage folder that cannot be written: one line, and the process ends', async (t) => {
  const media = await startMedia(t)
  for (const program of ['media', 'media-worker']) {
    const { status, stderr } = spawnSync(process.execPath, [programFile(program)], {
      env: { ...process.env, ...media.env, NODE_OPTIONS: '', STORAGE_URL: 'file:///dev/null/blobs' },
      encoding: 'utf8',
    })
    t.equal(status, 1)
    t.match(stderr, /^STORAGE_URL: The storage folder \/dev\/null\/blobs cannot be written \(ENOTDIR\)\n$/)
  }
})

t.test('a missing folder, as when its disk is not mounted: 503 until it is back', async (t) => {
  const media = await startMedia(t)
  const person = await media.person()
  await rename(media.folder, `${media.folder}-away`)
  t.teardown(() => rm(`${media.folder}-away`, { recursive: true, force: true }))
  const answer = await person.call(uploads.create, { body: form(await jpeg()) })
  t.match(answer, { status: 503, body: { code: 'overloaded' } })
  t.ok(answer.headers.get('retry-after'))
  t.equal(await rows(media), 0)
  await rename(`${media.folder}-away`, media.folder)
  t.equal((await person.call(uploads.create, { body: form(await jpeg()) })).status, 201)
})

t.test('a full disk: 507 storage-full, and no row without bytes', async (t) => {
  const disk = await smallDisk(t)
  if ('reason' in disk) {
    t.plan(0, `only root may mount a small disk: ${disk.reason}`)
    return
  }
  const { folder } = disk
  const media = await startMedia(t, { config: { STORAGE_URL: pathToFileURL(folder).href } })
  const person = await media.person()
  const small = await jpeg()
  // JPEG readers ignore what follows the end marker.
  const picture = Buffer.concat([small, Buffer.alloc(600_000)])
  const answers = []
  for (let count = 0; count < 5; count += 1) {
    answers.push(
      await person.call(uploads.create, {
        body: picture,
        headers: {
          'content-type': 'image/jpeg',
        },
      }),
    )
  }
  t.strictSame(
    answers.map(({ status }) => status),
    [201, 201, 201, 507, 507],
  )
  t.match(answers[3], { body: { code: 'storage-full' } })
  t.ok(answers[3]?.headers.get('retry-after'))
  t.equal(await rows(media), 3)
  t.equal((await blobs(media)).length, 3)
  t.strictSame(await readdir(`${folder}/.incoming`), [], 'nothing half written')

  t.match(await person.call(uploads.remove, { params: { id: answers[0]?.body.id ?? '' } }), { status: 204 })
  const again = await person.call(uploads.create, {
    body: picture,
    headers: { 'content-type': 'image/jpeg' },
  })
  t.equal(again.status, 201, 'room was made')
})
