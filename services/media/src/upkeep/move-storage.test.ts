import { execFile } from 'node:child_process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { type BlobStore, openStorage } from '@likeness/storage'
import { startS3 } from '@likeness/storage/testing'
import t, { type Test } from 'tap'
import { openApp } from '../app.js'
import { jpeg } from '../testing/pictures.js'
import { startMedia } from '../testing/start-media.js'
import { publish } from '../testing/steps.js'
import { moveStorage } from './move-storage.js'

const cli = fileURLToPath(new URL('../../bin/likeness-media.js', import.meta.url))
const s3 = await startS3(t)
let buckets = 0
const newBucket = () => s3.url(`pictures/${buckets++}`)

async function run(...parameters: string[]) {
  const command = promisify(execFile)(process.execPath, [cli, 'move-storage', ...parameters], {
    env: { ...process.env, NODE_OPTIONS: '' },
  })
  return command.then(
    ({ stdout }) => ({ code: 0, stdout, stderr: '' }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  )
}

function open(t: Test, url: string): BlobStore {
  const store = openStorage(url)
  t.teardown(() => store.close())
  return store
}

async function contents(store: BlobStore): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  for await (const { key } of store.list('')) found[key] = (await store.get(key)).toString('base64')
  return found
}

const all = { dryRun: false, verify: false }

t.test('a service in use moves from disk to S3', async (t) => {
  const media = await startMedia(t)
  await media.work()
  const person = await media.person()
  const publishOne = async () => {
    const live = await publish(person, await jpeg(300, 300))
    return new URL(live.avatar?.urls['64']?.webp ?? '').pathname
  }
  const earlier = await publishOne()
  const bucket = newBucket()
  const between = ['--from', media.env.STORAGE_URL, '--to', bucket, '--json']

  const survey = JSON.parse((await run(...between, '--dry-run')).stdout)
  t.ok(survey.missing > 10 && survey.missingBytes > 1_000)
  t.strictSame(await contents(open(t, bucket)), {}, 'a dry run copies nothing')
  t.strictSame(JSON.parse((await run(...between)).stdout), survey)

  // Published after the copying is done; then the service is switched over.
  const later = await publishOne()
  const switched = await media.upkeep({ STORAGE_URL: bucket, STORAGE_FALLBACK_URL: media.env.STORAGE_URL })
  const app = await openApp(switched)
  t.teardown(() => app.close())
  t.equal((await app.inject(earlier)).statusCode, 200)
  t.equal((await app.inject(later)).statusCode, 200, 'read from the disk until it is copied')

  const rest = JSON.parse((await run(...between)).stdout)
  t.ok(rest.missing > 0 && rest.missing < rest.seen)
  t.match(JSON.parse((await run(...between)).stdout), { seen: rest.seen, missing: 0 })
  t.strictSame(await contents(open(t, bucket)), await contents(media.deps.storage))
})

t.test('a run that ends early goes on where it stopped', async (t) => {
  const from = open(t, pathToFileURL(t.testdir()).href)
  const bucket = newBucket()
  const to = open(t, `${bucket}&attempts=1`)
  for (let count = 10; count < 60; count += 1) await from.put(`a/${count}`, Buffer.alloc(count, count))
  let puts = 0
  s3.proxy.fault = ({ method }) => (method === 'PUT' && ++puts > 20 ? 503 : undefined)
  t.teardown(() => {
    s3.proxy.fault = () => undefined
  })
  await t.rejects(moveStorage(from, to, all), { name: 'StorageAwayError' })
  s3.proxy.fault = () => undefined
  const progress: number[] = []
  const moved = await moveStorage(from, to, all, ({ seen }) => progress.push(seen))
  t.match(moved, { seen: 50, missing: 30 }, 'the twenty copied are not copied again')
  t.strictSame(
    progress,
    Array.from({ length: 50 }, (_, index) => index + 1),
  )
  t.strictSame(await contents(to), await contents(from))
})

t.test('blobs that differ, are newer, or vanish in the meantime', async (t) => {
  const folder = pathToFileURL(t.testdir()).href
  const [from, to] = [open(t, `${folder}/old`), open(t, `${folder}/new`)]
  await from.put('damaged', Buffer.from('right'))
  await from.put('put-again', Buffer.from('old'))
  await from.put('short', Buffer.from('whole'))
  await from.put('gone', Buffer.from('gone'))
  await to.put('damaged', Buffer.from('wrong'))
  await to.put('put-again', Buffer.from('newer'))
  await to.put('only-new', Buffer.from('new'))

  const leaving = {
    ...from,
    async get(key: string) {
      if (key === 'gone') await from.delete([key])
      return from.get(key)
    },
  }
  t.match(await moveStorage(leaving, to, all), { seen: 4, missing: 2 })
  const text = async (key: string) => (await to.get(key)).toString()
  t.equal(await text('short'), 'whole')
  t.equal(await text('damaged'), 'wrong', 'the size is right')
  t.equal(await text('put-again'), 'newer')

  t.match(await moveStorage(from, to, { dryRun: true, verify: true }), { seen: 3, missing: 1 })
  t.match(await moveStorage(from, to, { dryRun: false, verify: true }), { seen: 3, missing: 1 })
  t.equal(await text('damaged'), 'right')
})

t.test('a copy that differs from its source stops the run', async (t) => {
  const folder = pathToFileURL(t.testdir()).href
  const [from, to] = [open(t, `${folder}/old`), open(t, `${folder}/new`)]
  await from.put('a', Buffer.from('right'))
  const lossy = { ...to, put: (key: string) => to.put(key, Buffer.from('wrong')) }
  await t.rejects(moveStorage(from, lossy, all), { message: 'The copy of a is not what was copied' })
})

t.test('usage errors end with 2, failures with 1', async (t) => {
  t.match(await run('--from', 'file:///tmp'), { code: 2, stderr: /--to/ })
  t.match(await run('--from', 'nowhere', '--to', 's3://pictures'), { code: 2, stderr: /no scheme/ })
  const absent = s3.url('no-such-bucket')
  const folder = pathToFileURL(t.testdir()).href
  t.match(await run('--from', absent, '--to', folder), { code: 1, stderr: /NoSuchBucket/ })
  const mistyped = await run('--from', `${folder}/none`, '--to', `${folder}/new`)
  t.match(mistyped, { code: 1, stderr: /does not exist/ })
})
