import { spawn, spawnSync } from 'node:child_process'
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t, { type Test } from 'tap'
import { storageBehaviour } from './behaviour.js'
import { BlobNotFoundError, type BlobStore, InvalidBlobKeyError, openStorage } from './index.js'

function folderStore(t: Test) {
  const folder = t.testdir()
  return { folder, store: openStorage(pathToFileURL(folder).href) }
}

async function keysIn(store: BlobStore): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of store.list('')) keys.push(key)
  return keys
}

await t.test('disk', async (t) => {
  let count = 0
  const folder = t.testdir()
  await storageBehaviour(t, () => openStorage(pathToFileURL(join(folder, `${count++}`)).href))
})

await t.test('a blob is a file at its key, private to its owner, with nothing beside it', async (t) => {
  const { folder, store } = folderStore(t)
  await store.put('uploads/u1/up1/original', [Buffer.from('one'), Buffer.from('two')])
  const path = join(folder, 'uploads/u1/up1/original')
  t.equal(await readFile(path, 'utf8'), 'onetwo')
  if (process.platform !== 'win32') t.equal((await stat(path)).mode & 0o077, 0)
  t.strictSame(await readdir(join(folder, '.incoming')), [])

  t.equal(await store.fileOf?.('uploads/u1/up1/original'), path)
  for (const absent of ['uploads/u1/up2/original', 'uploads/u1', 'uploads/u1/up1/original/x']) {
    await t.rejects(async () => store.fileOf?.(absent), BlobNotFoundError, absent)
  }
  await t.rejects(async () => store.fileOf?.('../secret'), InvalidBlobKeyError)
})

await t.test('a created blob is such a file too, and refuses a name that is taken', async (t) => {
  const { folder, store } = folderStore(t)
  await store.create('uploads/1/a.original', [Buffer.from('one'), Buffer.from('two')])
  const path = join(folder, 'uploads/1/a.original')
  t.equal(await readFile(path, 'utf8'), 'onetwo')
  if (process.platform !== 'win32') t.equal((await stat(path)).mode & 0o777, 0o600)
  t.strictSame(await readdir(join(folder, '.incoming')), [])
  if (process.platform === 'win32') return
  for (const taken of ['uploads/1/a.original', 'uploads/1', 'uploads/1/a.original/x']) {
    await t.rejects(store.create(taken, Buffer.from('x')), taken)
  }
  t.equal(await readFile(path, 'utf8'), 'onetwo')
})

await t.test('a part that a crash left is listed an hour later, to be collected', async (t) => {
  const { folder, store } = folderStore(t)
  await mkdir(join(folder, 'uploads'))
  const part = join(folder, 'uploads', 'part')
  await writeFile(part, 'half a picture', { mode: 0o200 })
  if (process.platform !== 'win32') t.strictSame(await keysIn(store), [])
  const longAgo = Date.now() / 1000 - 3700
  await utimes(part, longAgo, longAgo)
  t.strictSame(await keysIn(store), ['uploads/part'])
  await store.delete(['uploads/part'])
  t.strictSame(await readdir(folder), ['.incoming'])
})

await t.test('delete prunes the folders it emptied, and only those', async (t) => {
  const { folder, store } = folderStore(t)
  await store.put('avatars/u1/1/32.webp', Buffer.from('a'))
  await store.put('avatars/u2/1/32.webp', Buffer.from('b'))
  await store.delete(['avatars/u1/1/32.webp'])
  t.strictSame(await readdir(join(folder, 'avatars')), ['u2'])
  await store.delete(['avatars/u2/1/32.webp'])
  t.strictSame(await readdir(folder), ['.incoming'])
})

await t.test(
  'what a crash left: never listed, removed when the folder is opened an hour later',
  async (t) => {
    const { folder, store } = folderStore(t)
    const old = join(folder, '.incoming', 'old')
    const young = join(folder, '.incoming', 'young')
    const oldFolder = join(folder, '.incoming', 'old-folder')
    await mkdir(oldFolder)
    await writeFile(join(oldFolder, '512.webp'), 'half a picture')
    await writeFile(old, 'half a picture')
    await writeFile(young, 'half a picture')
    const longAgo = Date.now() / 1000 - 3700
    for (const path of [old, oldFolder]) await utimes(path, longAgo, longAgo)
    t.strictSame(await keysIn(store), [])

    openStorage(pathToFileURL(folder).href)
    t.strictSame(await readdir(join(folder, '.incoming')), ['young'])
  },
)

await t.test('names that are no keys are not listed', async (t) => {
  const { folder, store } = folderStore(t)
  await mkdir(join(folder, 'lost+found'))
  await writeFile(join(folder, 'lost+found', 'x'), 'x')
  await writeFile(join(folder, 'README.txt'), 'x')
  t.strictSame(await keysIn(store), [])
})

await t.test('a key in the place of a folder, or under a blob, fails and harms neither', async (t) => {
  const { folder, store } = folderStore(t)
  await store.put('a/b', Buffer.from('blob'))
  await t.rejects(store.put('a', Buffer.from('x')))
  await t.rejects(store.put('a/b/c', Buffer.from('x')))
  await store.delete(['a', 'a/b/c'])
  t.equal((await store.get('a/b')).toString(), 'blob')
  t.strictSame(await readdir(join(folder, '.incoming')), [])
})

await t.test('storage URLs', async (t) => {
  const folder = t.testdir({ file: 'not a folder' })
  t.throws(() => openStorage('ftp://host/x'), { message: /scheme "ftp:"/ })
  t.throws(() => openStorage(folder), { message: /no scheme/ })
  t.throws(() => openStorage('file:relative'), { message: /file:\/\/\/absolute/ })
  t.throws(() => openStorage('file:///a%2Fb'), { message: /file:\/\/\/absolute/ })
  t.throws(() => openStorage(pathToFileURL(join(folder, 'file')).href), { message: /cannot be written/ })

  const store = openStorage(`${pathToFileURL(folder).href}/blobs with spaces/`)
  await store.put('x', Buffer.from('x'))
  t.strictSame(await readdir(join(folder, 'blobs with spaces')), ['.incoming', 'x'])
  await store.delete(['x'])
})

await t.test('check fails when the folder is gone, as when its disk is not mounted', async (t) => {
  const { folder, store } = folderStore(t)
  await rm(join(folder, '.incoming'), { recursive: true })
  await t.rejects(store.check(), { code: 'ENOENT' })
})

/** A file system of 1 MB, private to the command and gone with it. */
function onSmallDisk(folder: string, ...command: string[]) {
  return [
    'unshare',
    '-rm',
    'sh',
    '-c',
    `mount -t tmpfs -o size=1m none "$0" && exec "$@"`,
    folder,
    ...command,
  ]
}

await t.test('a full disk: StorageFullError, nothing left behind, the older blob intact', async (t) => {
  const folder = t.testdir()
  const [program = '', ...args] = onSmallDisk(folder, 'true')
  if (spawnSync(program, args).status !== 0) {
    t.plan(0, 'a small disk needs Linux with user namespaces')
    return
  }

  const script = `
    import { readdir } from 'node:fs/promises'
    import { openStorage, StorageFullError } from ${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)}
    const [folder, url] = process.argv.slice(1)
    const store = openStorage(url)
    await store.put('a/picture', Buffer.alloc(300_000, 'a'))
    const outcomes = []
    const halves = ['one', 'other'].map((name) => ({ name, bytes: Buffer.alloc(600_000) }))
    for (const full of [
      () => store.put('a/picture', halves.map(({ bytes }) => bytes)),
      () => store.put('b/c/d', halves.map(({ bytes }) => bytes)),
      () => store.putFolder('b/c', halves),
      () => store.create('b/c/d', halves.map(({ bytes }) => bytes)),
    ]) {
      outcomes.push(await full().then(() => 'stored', (error) => error instanceof StorageFullError))
    }
    const old = await store.get('a/picture')
    // Of many at once, only those fail that find no room.
    const many = await Promise.allSettled(Array.from({ length: 12 }, (_, index) =>
      store.create('many/' + index, Buffer.alloc(100_000))))
    const stored = many.flatMap(({ status }, index) => status === 'fulfilled' ? ['many/' + index] : [])
    const kept = await readdir(folder + '/many')
    await store.delete(stored)
    await store.put('b/small', Buffer.alloc(100_000))
    console.log(JSON.stringify({
      outcomes, some: stored.length > 0 && stored.length < 12 && kept.length === stored.length,
      full: many.every(({ status, reason }) => status === 'fulfilled' || reason instanceof StorageFullError),
      old: old.equals(Buffer.alloc(300_000, 'a')),
      left: (await readdir(folder, { recursive: true })).sort(),
    }))`
  const [run = '', ...rest] = onSmallDisk(
    folder,
    process.execPath,
    '--input-type=module',
    '-e',
    script,
    folder,
    pathToFileURL(folder).href,
  )
  const child = spawn(run, rest, { stdio: ['ignore', 'pipe', 'inherit'], env: { PATH: process.env.PATH } })
  const output = (await child.stdout.toArray()).join('')
  t.strictSame(JSON.parse(output), {
    outcomes: [true, true, true, true],
    some: true,
    full: true,
    old: true,
    left: ['.incoming', 'a', 'a/picture', 'b', 'b/small'],
  })
})
