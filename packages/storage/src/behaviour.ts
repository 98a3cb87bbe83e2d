import { randomBytes } from 'node:crypto'
import type { Test } from 'tap'
import { type BlobEntry, BlobNotFoundError, type BlobStore, InvalidBlobKeyError } from './blob-store.js'

/**
 * The behaviour of every `BlobStore`, run on one implementation.
 *
 * @param t the tap test to add the subtests to
 * @param open opens an EMPTY store; called once per subtest, which closes it. Stores opened for two subtests
 *   must not see each other's blobs
 */
export async function storageBehaviour(t: Test, open: () => BlobStore | Promise<BlobStore>): Promise<void> {
  async function withStore(
    name: string,
    run: (t: Test, store: BlobStore) => Promise<unknown>,
  ): Promise<void> {
    await t.test(name, async (t) => {
      const store = await open()
      t.teardown(() => store.close())
      await run(t, store)
    })
  }

  await withStore('a blob is read as it was put', async (t, store) => {
    const bytes = randomBytes(100_000)
    await store.put('avatars/u1/1/512.webp', bytes)
    t.ok((await store.get('avatars/u1/1/512.webp')).equals(bytes))
  })

  await withStore('chunks are joined in order, empty ones and none at all included', async (t, store) => {
    const chunks = Array.from({ length: 3000 }, (_, index) => Buffer.from(`${index},`))
    await store.put('many', [Buffer.alloc(0), ...chunks, Buffer.alloc(0)])
    t.ok((await store.get('many')).equals(Buffer.concat(chunks)))
    await store.put('no-chunk', [])
    t.equal((await store.get('no-chunk')).length, 0)
    await store.put('empty', Buffer.alloc(0))
    t.equal((await store.get('empty')).length, 0)
  })

  await withStore('a blob is created under a key that none had', async (t, store) => {
    const chunks = Array.from({ length: 3000 }, (_, index) => Buffer.from(`${index},`))
    const created = Array.from({ length: 30 }, (_, index) => `made/${index % 3}/${index}`)
    await Promise.all(created.map((key) => store.create(key, [Buffer.from(key), ...chunks])))
    for (const key of created)
      t.ok((await store.get(key)).equals(Buffer.concat([Buffer.from(key), ...chunks])), key)
    t.strictSame(await listed(store, 'made/'), created.toSorted())
    await store.delete(created)
    await store.create('made/0/0', Buffer.from('again, since it was deleted'))
    t.equal((await store.get('made/0/0')).toString(), 'again, since it was deleted')
  })

  await withStore('once a blob is stored, its chunks may be written over', async (t, store) => {
    for (const how of ['put', 'create'] as const) {
      const chunks = Array.from({ length: 8 }, () => randomBytes(65_536))
      const bytes = Buffer.concat(chunks)
      await store[how](`reused/${how}`, chunks)
      for (const chunk of chunks) chunk.fill(0)
      t.ok((await store.get(`reused/${how}`)).equals(bytes), how)
    }
  })

  await withStore('a blob of 12 MB', async (t, store) => {
    const chunks = Array.from({ length: 192 }, () => randomBytes(65_536))
    await store.put('big', chunks)
    t.ok((await store.get('big')).equals(Buffer.concat(chunks)))
  })

  await withStore('a put replaces, and a reader sees one whole blob or the other', async (t, store) => {
    const versions = ['a', 'b', 'c', 'd'].map((letter) => Buffer.alloc(200_000, letter))
    await store.put('picture', versions[0] ?? [])
    const writing = Promise.all(versions.map((bytes) => store.put('picture', bytes)))
    const reads = await Promise.all(Array.from({ length: 40 }, () => store.get('picture')))
    await writing
    reads.push(await store.get('picture'))
    t.ok(reads.every((read) => versions.some((bytes) => bytes.equals(read))))
    t.equal((await entries(store, '')).length, 1)
  })

  await withStore(
    'the files of a folder are stored together, over those that are there',
    async (t, store) => {
      const files = (text: string, ...names: string[]) =>
        names.map((name) => ({ name, bytes: Buffer.from(`${text} ${name}`) }))
      const read = async (key: string) => (await store.get(key)).toString()
      await store.put('avatars/h/before', Buffer.from('a neighbour'))
      await store.putFolder('avatars/h/u1', files('first', '32.webp', '64.webp'))
      t.strictSame(await listed(store, 'avatars/'), [
        'avatars/h/before',
        'avatars/h/u1/32.webp',
        'avatars/h/u1/64.webp',
      ])
      t.equal(await read('avatars/h/u1/64.webp'), 'first 64.webp')

      await store.putFolder('avatars/h/u1', files('second', '64.webp', '128.webp'))
      t.equal(await read('avatars/h/u1/32.webp'), 'first 32.webp')
      t.equal(await read('avatars/h/u1/64.webp'), 'second 64.webp')
      t.equal(await read('avatars/h/u1/128.webp'), 'second 128.webp')

      await store.putFolder('none', [])
      t.strictSame(await listed(store, 'none'), [])
    },
  )

  await withStore('folders stored at once, and deleted meanwhile, are whole', async (t, store) => {
    const sizes = [32, 64, 128]
    const files = (of: number) => sizes.map((size) => ({ name: `${size}`, bytes: Buffer.alloc(1_000, of) }))
    await Promise.all(
      Array.from({ length: 30 }, async (_, of) => {
        await store.putFolder(`f/${of % 3}/kept-${of}`, files(of))
        // Two of them store one folder.
        await store.putFolder(`f/${of % 3}/shared-${of % 15}`, files(of % 15))
        await store.putFolder(`f/${of % 3}/gone/${of}`, files(of))
        await store.delete(sizes.map((size) => `f/${of % 3}/gone/${of}/${size}`))
      }),
    )
    const keys = await listed(store, 'f/')
    t.equal(keys.length, 45 * sizes.length)
    for (const key of keys) {
      const of = Number(key.split('/')[2]?.split('-')[1])
      t.ok((await store.get(key)).equals(Buffer.alloc(1_000, of)), key)
    }
  })

  await withStore('a missing blob', async (t, store) => {
    await store.put('a/b', Buffer.from('b'))
    for (const key of ['nothing', 'a', 'a/c', 'a/b/c']) {
      await t.rejects(store.get(key), BlobNotFoundError, key)
    }
  })

  await withStore('delete takes what is there, leaves the rest, and may be repeated', async (t, store) => {
    const keys = ['x/1/a', 'x/1/b', 'x/2/a', 'y']
    await Promise.all(keys.map((key) => store.put(key, Buffer.from(key))))
    for (let time = 0; time < 2; time++) {
      await store.delete(['x/1/a', 'x/2/a', 'never/was', 'x/1/a'])
      t.strictSame(await listed(store, ''), ['x/1/b', 'y'])
    }
    await t.rejects(store.get('x/1/a'), BlobNotFoundError)
    await store.delete([])
    await store.put('x/2/a', Buffer.from('again'))
    t.equal((await store.get('x/2/a')).toString(), 'again')
  })

  await withStore('list: by prefix, in key order, with sizes and times', async (t, store) => {
    const keys = ['b/10', 'b/2', 'b/2.webp', 'b-c', 'b.c', 'b/2-x/y', 'b/20/z', 'a', 'b0', 'c/d/e/f']
    const before = Date.now()
    await Promise.all(keys.map((key) => store.put(key, Buffer.alloc(key.length))))
    const all = await entries(store, '')
    t.strictSame(
      all.map(({ key, bytes }) => ({ key, bytes })),
      [...keys].sort().map((key) => ({ key, bytes: key.length })),
    )
    // Times of a store's own clock, rounded to its own grain.
    t.ok(all.every(({ modifiedAt }) => Math.abs(modifiedAt.getTime() - before) < 60_000))

    t.strictSame(await listed(store, 'b/2'), ['b/2', 'b/2-x/y', 'b/2.webp', 'b/20/z'].sort())
    t.strictSame(await listed(store, 'b/2/'), [])
    t.strictSame(await listed(store, 'b/'), ['b/10', 'b/2', 'b/2-x/y', 'b/2.webp', 'b/20/z'].sort())
    t.strictSame(await listed(store, 'c/d/e/f'), ['c/d/e/f'])
    t.strictSame(await listed(store, 'c/d/e/f/g'), [])
    t.strictSame(await listed(store, 'zzz/'), [])
  })

  await withStore('a walk may be left early', async (t, store) => {
    await Promise.all(['a/1', 'a/2', 'b/1'].map((key) => store.put(key, Buffer.from(key))))
    for await (const { key } of store.list('')) {
      t.equal(key, 'a/1')
      break
    }
  })

  await withStore('creates and deletes of neighbours do not disturb each other', async (t, store) => {
    const rounds = Array.from({ length: 60 }, (_, round) => round)
    await Promise.all(
      rounds.map(async (round) => {
        await store.create(`u/${round % 3}/f/made-${round}`, Buffer.from(`${round}`))
        await store.delete([`u/${round % 3}/f/made-${round}`])
      }),
    )
    t.strictSame(await listed(store, ''), [])
  })

  await withStore('puts and deletes of neighbours do not disturb each other', async (t, store) => {
    const rounds = Array.from({ length: 60 }, (_, round) => round)
    await Promise.all(
      rounds.map(async (round) => {
        await store.put(`u/${round % 3}/kept-${round}`, Buffer.from(`${round}`))
        await store.put(`u/${round % 3}/f/gone-${round}`, Buffer.from('x'))
        await store.delete([`u/${round % 3}/f/gone-${round}`])
      }),
    )
    t.strictSame(await listed(store, 'u/'), rounds.map((round) => `u/${round % 3}/kept-${round}`).sort())
  })

  await withStore('keys outside the rules are refused by every method', async (t, store) => {
    const bad = [
      '..',
      '../etc/passwd',
      'a/../../b',
      'a/./b',
      '/etc/passwd',
      'a//b',
      'a/',
      '',
      '.hidden',
      'a/.hidden',
      '-rf',
      'Upper',
      'a b',
      'a\\b',
      'a\0b',
      'a\nb',
      'é',
      'c:',
      'a%2e%2e',
      'x'.repeat(129),
      'x/'.repeat(260),
    ]
    for (const key of bad) {
      const shown = JSON.stringify(key.slice(0, 20))
      await t.rejects(store.put(key, Buffer.from('x')), InvalidBlobKeyError, `put ${shown}`)
      await t.rejects(store.putFolder(key, []), InvalidBlobKeyError, `folder ${shown}`)
      await t.rejects(store.putFolder('fine', [{ name: key, bytes: Buffer.from('x') }]), InvalidBlobKeyError)
      await t.rejects(store.create(key, Buffer.from('x')), InvalidBlobKeyError, `create ${shown}`)
      await t.rejects(store.get(key), InvalidBlobKeyError, `get ${shown}`)
      await t.rejects(store.delete(['fine', key]), InvalidBlobKeyError, `delete ${shown}`)
      // Alone among these, nothing and `a/` are beginnings of valid keys.
      if (key !== '' && key !== 'a/') {
        await t.rejects(entries(store, key), InvalidBlobKeyError, `list ${shown}`)
      }
    }
    t.strictSame(await listed(store, ''), [])
  })

  await withStore('a store that works passes its check, and the check leaves nothing', async (t, store) => {
    await store.check()
    t.strictSame(await listed(store, ''), [])
  })
}

async function entries(store: BlobStore, prefix: string): Promise<BlobEntry[]> {
  const found: BlobEntry[] = []
  for await (const entry of store.list(prefix)) found.push(entry)
  return found
}

async function listed(store: BlobStore, prefix: string): Promise<string[]> {
  return (await entries(store, prefix)).map(({ key }) => key)
}
