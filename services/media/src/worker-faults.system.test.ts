import type { Upload } from '@likeness/contracts'
import { noRedis, waitFor } from '@likeness/test-kit'
import t from 'tap'
import {
  dropWaiting,
  holdUser,
  notLinux,
  prepared,
  publishedOnce,
  rowOf,
  setUp,
  small,
  waitsForUser,
} from './testing/fault-case.js'
import { quarters } from './testing/pictures.js'
import { blobs, upload } from './testing/steps.js'
import { startWorker } from './testing/worker-process.js'
import { requeueStuck } from './upkeep/requeue-stuck.js'
import { variantsPrefix } from './uploads/upload-files.js'

// Every case spends most of its time waiting until the queue misses its worker.
t.jobs = 4

/** Takes a decoder half a second: all coefficients of a progressive JPEG are read first. */
const slow = await quarters(6000, 6000).jpeg({ progressive: true }).toBuffer()

t.test('a worker killed while it decodes a new upload', { skip: notLinux }, async (t) => {
  const self = await setUp(t)
  const worker = await startWorker(t, self.media)
  const killed = worker.killAtDecoding()
  const { id } = await upload(self.person, slow)
  t.strictSame(await killed, [], 'no temporary file')
  t.match(await rowOf(self.media, id), { prepared_at: null })
  await self.media.work()
  await prepared(self.media, id)
  await self.confirm(id)
  await publishedOnce(t, self, id)
})

t.test('a worker killed while it stores the preview', { skip: notLinux || noRedis }, async (t) => {
  const self = await setUp(t, 'redis')
  const worker = await startWorker(t, self.media)
  self.hang(/^PUT .*preview/)
  const { id } = await upload(self.person, small)
  await waitFor(() => self.asked(/^PUT .*preview/) > 0)
  t.strictSame(await worker.kill(), [])
  self.hang()
  await self.media.work()
  await prepared(self.media, id)
  await self.confirm(id)
  await publishedOnce(t, self, id)
})

t.test('a worker killed while it decodes a confirmed upload', { skip: notLinux || noRedis }, async (t) => {
  const self = await setUp(t, 'redis')
  const worker = await startWorker(t, self.media)
  const { id } = await upload(self.person, slow)
  await prepared(self.media, id)
  const killed = worker.killAtDecoding()
  await self.confirm(id)
  t.strictSame(await killed, [])
  t.match(await rowOf(self.media, id), { rendered_at: null })
  t.equal(self.asked(/^PUT .*avatars/), 0, 'nothing is stored yet')
  await self.media.work()
  await publishedOnce(t, self, id)
})

t.test('two workers killed one after the other while storing variants', { skip: notLinux }, async (t) => {
  const self = await setUp(t)
  self.hang(/^PUT .*(64|256|512)\.webp/)
  const { id } = await upload(self.person, small)
  await self.confirm(id)
  for (let count = 1; count <= 2; count += 1) {
    const worker = await startWorker(t, self.media)
    await waitFor(() => self.asked(/^PUT .*avatars/) === 10 * count)
    await waitFor(async () => (await blobs(self.media, 'avatars/')).length === 7)
    t.strictSame(await worker.kill(), [])
  }
  self.hang()
  await self.media.work()
  await publishedOnce(t, self, id)
})

t.test('a worker killed while it stores variants ahead', { skip: notLinux }, async (t) => {
  const self = await setUp(t, 'postgres', true)
  const worker = await startWorker(t, self.media)
  self.hang(/^PUT .*(64|256|512)\.webp/)
  const { id } = await upload(self.person, small)
  await waitFor(async () => (await blobs(self.media, 'avatars/')).length === 7)
  t.strictSame(await worker.kill(), [])
  t.match(await rowOf(self.media, id), { prepared_at: Date, rendered_ahead: null })
  self.hang()
  await self.media.work()
  await waitFor(async () => (await rowOf(self.media, id)).rendered_ahead, { for: 'the variants' })
  await self.confirm(id)
  await publishedOnce(t, self, id)
  t.ok((await blobs(self.media, 'avatars/')).every((key) => key.startsWith(`${variantsPrefix(id)}/`)))
})

for (const queue of ['postgres', 'redis'] as const) {
  const skip = notLinux || (queue === 'redis' && noRedis)

  t.test(`a worker killed when all is stored and nothing committed, ${queue}`, { skip }, async (t) => {
    const self = await setUp(t, queue)
    const { id } = await upload(self.person, small)
    await self.confirm(id)
    const release = await holdUser(t, self.media, self.person.id)
    const worker = await startWorker(t, self.media)
    await waitFor(waitsForUser(self.media))
    t.equal((await blobs(self.media, 'avatars/')).length, 10)
    t.strictSame(await worker.kill(), [])
    t.match(await rowOf(self.media, id), { rendered_at: null })
    // The database may still carry out the statement that waited.
    release()
    await self.media.work()
    await publishedOnce(t, self, id)
  })
}

t.test('a worker killed when the picture is live and accounts is not told', { skip: notLinux }, async (t) => {
  const self = await setUp(t)
  const { accounts } = self.media
  const { id } = await upload(self.person, small)
  await self.confirm(id)
  const asked = new Promise<void>((resolve) => {
    accounts.beforeAvatar = () => {
      resolve()
      return new Promise(() => undefined)
    }
  })
  const worker = await startWorker(t, self.media)
  await asked
  t.strictSame(await worker.kill(), [])
  accounts.beforeAvatar = async () => undefined
  t.match(await rowOf(self.media, id), { status: 'confirmed', rendered_at: Date })
  t.strictSame(accounts.told, [])
  await self.media.work()
  await publishedOnce(t, self, id)
})

t.test('a worker killed when accounts is told and it is not committed', { skip: notLinux }, async (t) => {
  const self = await setUp(t)
  const { accounts } = self.media
  const { id } = await upload(self.person, small)
  await self.confirm(id)
  let release: () => void = () => undefined
  accounts.beforeAvatar = async () => {
    accounts.beforeAvatar = async () => undefined
    release = await holdUser(t, self.media, self.person.id)
  }
  const worker = await startWorker(t, self.media)
  await waitFor(() => accounts.told.length === 1)
  await waitFor(waitsForUser(self.media))
  t.strictSame(await worker.kill(), [])
  await dropWaiting(self.media)
  t.match(await rowOf(self.media, id), { status: 'confirmed' })
  release()
  await self.media.work()
  await publishedOnce(t, self, id)
  // More often where a machine is so slow that a living worker is taken for dead.
  t.ok(accounts.told.length >= 2, 'told once more')
})

t.test('a decoder killed once costs a try, killed twice the picture', { skip: notLinux }, async (t) => {
  const self = await setUp(t)
  const { media, person } = self
  const worker = await startWorker(t, media)
  const killed = worker.killDecoderAtDecoding()
  const once = await upload(person, slow)
  await killed
  await prepared(media, once.id)
  await self.confirm(once.id)
  await publishedOnce(t, self, once.id)

  const twice = await killTwice(() => upload(person, slow))
  t.match(await rowOf(media, twice.id), { status: 'rejected', failure_code: 'decode-crash', decode_kills: 2 })

  const late = await upload(person, slow)
  await prepared(media, late.id)
  await killTwice(async () => {
    await self.confirm(late.id)
    return late
  })
  t.match(await rowOf(media, late.id), { status: 'failed', failure_code: 'decode-crash', decode_kills: 2 })

  t.match(
    await requeueStuck(await media.upkeep({ REQUEUE_AFTER_SECONDS: '1' }), { dryRun: true }),
    { prepare: 0, publish: 0 },
    'nothing is tried again',
  )
  t.strictSame(
    (await blobs(media, 'uploads/')).filter((key) => !key.includes(once.id)),
    [],
  )

  async function killTwice(begin: () => Promise<Upload>): Promise<Upload> {
    const first = worker.killDecoderAtDecoding()
    const picture = await begin()
    await first
    await waitFor(async () => (await rowOf(media, picture.id)).decode_kills === 1)
    await worker.killDecoderAtDecoding()
    await waitFor(async () => (await rowOf(media, picture.id)).closed_at)
    return picture
  }
})
