import { createHash, randomBytes } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import t, { type Test } from 'tap'
import { storageBehaviour } from './behaviour.js'
import {
  BlobNotFoundError,
  type BlobStore,
  openStorage,
  StorageAwayError,
  StorageFullError,
} from './index.js'
import type { Seen } from './testing/fault-proxy.js'
import { startS3 } from './testing/start-s3.js'

async function keysIn(store: BlobStore, prefix = ''): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of store.list(prefix)) keys.push(key)
  return keys
}

/** A storage on a slow machine is not away. */
const patient = { timeoutMs: '600000' }

async function opened(t: Test, options: Record<string, string> = {}) {
  const s3 = await startS3(t)
  const store = openStorage(s3.url('pictures', { ...patient, ...options }))
  t.teardown(() => store.close())
  return { ...s3, store }
}

const announced = (bytes: Buffer) => ({
  bytes: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
  contentType: 'image/png',
  expiresInSeconds: 60,
})

const isPut = ({ method }: Seen) => method === 'PUT'
const isGet = ({ method }: Seen) => method === 'GET'

await t.test('s3', async (t) => {
  const s3 = await startS3(t)
  let count = 0
  await storageBehaviour(t, () => openStorage(s3.url(`pictures/of/test-${count++}`, patient)))
})

await t.test('two prefixes of a bucket do not see each other', async (t) => {
  const { url, store } = await opened(t)
  const part = openStorage(url('pictures/part'))
  t.teardown(() => part.close())
  await part.put('a', Buffer.from('in the part'))
  await t.rejects(store.get('a'), BlobNotFoundError)
  t.equal((await store.get('part/a')).toString(), 'in the part')
  t.strictSame(await keysIn(part), ['a'])
})

await t.test('pages of a list and batches of a delete', async (t) => {
  const { objects, proxy, store } = await opened(t)
  const keys = Array.from({ length: 2_345 }, (_, index) => `n/${String(index).padStart(5, '0')}`)
  for (const key of keys.toReversed()) {
    await objects.putObject({ bucket: 'pictures', key, content: Buffer.from(key), metadata: {} })
  }
  t.strictSame(await keysIn(store), keys)
  const before = proxy.seen.length
  await store.delete(keys.slice(5))
  t.equal(proxy.seen.length - before, 3, 'a thousand each')
  t.strictSame(await keysIn(store), keys.slice(0, 5))
})

await t.test('objects whose names are no keys are not listed', async (t) => {
  const { url, store } = await opened(t)
  await store.put('part/fine', Buffer.from('x'))
  await store.put('partner', Buffer.from('x'))
  const part = openStorage(url('pictures/part'))
  t.teardown(() => part.close())
  t.strictSame(await keysIn(part), ['fine'])
})

await t.test('a fault that passes is not seen', async (t) => {
  const { proxy, store } = await opened(t, { timeoutMs: '3000' })
  const bytes = randomBytes(200_000)
  let left = 0
  for (const fault of [500, 503, 'reset', 'hang', 'lost'] as const) {
    proxy.fault = () => (left-- > 0 ? fault : undefined)
    left = 1
    await store.put('picture', bytes)
    left = 1
    t.ok((await store.get('picture')).equals(bytes), String(fault))
    if (fault === 'hang') continue
    left = 2
    await store.delete(['picture'])
    left = 1
    t.strictSame(await keysIn(store), [])
  }
  await store.put('picture', bytes)
  proxy.fault = (seen) => (isGet(seen) && left-- > 0 ? 'cut' : undefined)
  left = 2
  t.ok((await store.get('picture')).equals(bytes), 'a body that broke off is read again')
})

await t.test('a fault that stays: StorageAwayError, after a bounded number of tries', async (t) => {
  const { proxy, url, store: patient } = await opened(t)
  for (const fault of [500, 'reset', 'hang', 'lost', 'cut'] as const) {
    // Each its own: a client that meets many faults tries less often.
    const store = openStorage(url('pictures', { timeoutMs: '300' }))
    t.teardown(() => store.close())
    proxy.fault = () => undefined
    await patient.put('picture', Buffer.alloc(100_000))
    proxy.fault = () => fault
    const before = proxy.seen.length
    await t.rejects(store.get('picture'), StorageAwayError, `get: ${fault}`)
    t.equal(proxy.seen.length - before, 3, 'tries')
    if (fault === 'cut' || fault === 'hang') continue
    await t.rejects(store.put('other', Buffer.alloc(100_000)), StorageAwayError, `put: ${fault}`)
    await t.rejects(store.delete(['picture']), StorageAwayError, `delete: ${fault}`)
    await t.rejects(keysIn(store), StorageAwayError, `list: ${fault}`)
    await t.rejects(store.check(), StorageAwayError, `check: ${fault}`)
  }
  const nowhere = openStorage(url('pictures', { endpoint: 'http://127.0.0.1:1' }))
  t.teardown(() => nowhere.close())
  await t.rejects(nowhere.get('picture'), StorageAwayError, 'nobody listens')
})

await t.test('a put whose answer was lost has stored the blob', async (t) => {
  const { proxy, store } = await opened(t, { attempts: '1' })
  proxy.fault = (seen) => (isPut(seen) ? 'lost' : undefined)
  await t.rejects(store.put('picture', Buffer.from('x')), StorageAwayError)
  t.equal((await store.get('picture')).toString(), 'x')
})

await t.test('a folder that fails has been written by nobody any more', async (t) => {
  const { proxy, store } = await opened(t)
  const faults: Record<string, (403 | 503)[]> = { 'refused.webp': [403], 'slow.webp': [503, 503] }
  proxy.fault = (seen) =>
    isPut(seen)
      ? Object.entries(faults)
          .find(([name]) => seen.path.includes(name))?.[1]
          .shift()
      : undefined
  const files = Object.keys(faults).map((name) => ({ name, bytes: Buffer.from(name) }))
  await t.rejects(store.putFolder('folder', files), { name: 'AccessDenied' })
  t.equal(
    proxy.seen.filter((seen) => isPut(seen) && /slow/.test(seen.path)).length,
    3,
    'the other was tried to its end',
  )
})

await t.test('full, forbidden, and without a bucket', async (t) => {
  const { proxy, url, store } = await opened(t)
  await store.put('picture', Buffer.from('old'))
  proxy.fault = (seen) => (isPut(seen) ? 507 : undefined)
  await t.rejects(store.put('picture', Buffer.from('new')), StorageFullError)
  await t.rejects(store.check(), StorageFullError)
  t.equal((await store.get('picture')).toString(), 'old')

  proxy.fault = (seen) => (isPut(seen) ? 403 : undefined)
  await t.rejects(store.put('picture', Buffer.from('new')), { name: 'AccessDenied' })
  await t.rejects(store.check(), { name: 'AccessDenied' }, 'what may only read is not ready')

  proxy.fault = () => undefined
  const absent = openStorage(url('no-such-bucket'))
  t.teardown(() => absent.close())
  await t.rejects(absent.put('a', Buffer.from('x')), { name: 'NoSuchBucket' })
  await t.rejects(absent.get('a'), { name: 'NoSuchBucket' })
  await t.rejects(absent.check(), { name: 'NoSuchBucket' })
})

await t.test('createBucket makes it once, and again after a failure', async (t) => {
  const { proxy, url } = await opened(t)
  const store = openStorage(url('made-here', { createBucket: 'true' }))
  t.teardown(() => store.close())
  proxy.fault = () => 500
  await t.rejects(store.check(), StorageAwayError)
  proxy.fault = () => undefined
  await Promise.all(['a', 'b', 'c'].map((key) => store.put(key, Buffer.from(key))))
  t.strictSame(await keysIn(store), ['a', 'b', 'c'])
  t.equal(proxy.seen.filter((seen) => isPut(seen) && /^\/made-here\/?(\?|$)/.test(seen.path)).length, 1)
})

await t.test('a check that has written once asks for the bucket only', async (t) => {
  const { proxy, store } = await opened(t)
  await store.check()
  const before = proxy.seen.length
  await store.check()
  t.match(proxy.seen.slice(before), [{ method: 'HEAD' }])
})

await t.test('server-side encryption is asked for on every way in', async (t) => {
  const { proxy, url } = await opened(t)
  const headers: (string | string[] | undefined)[] = []
  proxy.fault = (seen) => {
    headers.push(seen.headers['x-amz-server-side-encryption'])
    return undefined
  }
  const store = openStorage(url('pictures', { sse: 'aws:kms', kmsKeyId: 'a-key' }))
  t.teardown(() => store.close())
  await store.put('picture', Buffer.from('x'))
  t.strictSame(headers, ['aws:kms'])
  const form = await store.presignPost?.('b', announced(Buffer.from('x')))
  t.match(form?.fields, {
    'x-amz-server-side-encryption': 'aws:kms',
    'x-amz-server-side-encryption-aws-kms-key-id': 'a-key',
  })
})

await t.test('a form lets a client store one blob', async (t) => {
  const { endpoint, url } = await opened(t)
  const store = openStorage(url('pictures/part'))
  t.teardown(() => store.close())
  const bytes = randomBytes(1_000)
  const form = await store.presignPost?.('staging/u1/up1', announced(bytes))
  if (!form) throw new Error('S3 can presign')
  t.equal(form.url.replace(/\/$/, ''), `${endpoint}/pictures`)

  const { expiration, conditions } = JSON.parse(Buffer.from(form.fields.Policy ?? '', 'base64').toString())
  const inAMinute = Date.now() + 60_000
  t.ok(Math.abs(Date.parse(expiration) - inAMinute) < 10_000)
  for (const condition of [
    ['content-length-range', 1_000, 1_000],
    { bucket: 'pictures' },
    { key: 'part/staging/u1/up1' },
    { 'Content-Type': 'image/png' },
    { 'x-amz-checksum-sha256': createHash('sha256').update(bytes).digest('base64') },
  ]) {
    t.ok(
      conditions.some((one: unknown) => isDeepStrictEqual(one, condition)),
      JSON.stringify(condition),
    )
  }

  const body = new FormData()
  for (const [name, value] of Object.entries(form.fields)) body.append(name, value)
  body.append('file', new Blob([new Uint8Array(bytes)]), 'file')
  t.equal((await fetch(form.url, { method: 'POST', body })).status, 204)
  t.ok((await store.get('staging/u1/up1')).equals(bytes))

  const outside = openStorage(url('pictures', { publicEndpoint: 'https://files.example.org' }))
  t.teardown(() => outside.close())
  t.match(await outside.presignPost?.('b', announced(bytes)), { url: 'https://files.example.org/pictures' })
})
