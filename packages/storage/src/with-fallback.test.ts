import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t, { type Test } from 'tap'
import { storageBehaviour } from './behaviour.js'
import { BlobNotFoundError, type BlobStore, mergeByKey, openStorage, withFallback } from './index.js'

function folderStore(t: Test, name: string): BlobStore {
  return openStorage(pathToFileURL(join(t.testdirName, name)).href)
}

async function keysIn(store: BlobStore, prefix = ''): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of store.list(prefix)) keys.push(key)
  return keys
}

await t.test('two stores behave as one', async (t) => {
  t.testdir()
  let count = 0
  await storageBehaviour(t, () => {
    const name = `${count++}`
    return withFallback(folderStore(t, `${name}-new`), folderStore(t, `${name}-old`))
  })
})

await t.test('what has not moved yet is read, listed and deleted all the same', async (t) => {
  t.testdir()
  const [store, old] = [folderStore(t, 'new'), folderStore(t, 'old')]
  const both = withFallback(store, old)
  await old.put('a/1', Buffer.from('old'))
  await old.put('b/1', Buffer.from('old'))
  await old.put('c/1', Buffer.from('old'))
  await store.put('b/1', Buffer.from('new'))
  await both.put('b/2', Buffer.from('new'))

  t.equal((await both.get('a/1')).toString(), 'old')
  t.equal((await both.get('b/1')).toString(), 'new')
  t.strictSame(await keysIn(both), ['a/1', 'b/1', 'b/2', 'c/1'])
  t.strictSame(await keysIn(both, 'b/'), ['b/1', 'b/2'])
  t.strictSame(await keysIn(old), ['a/1', 'b/1', 'c/1'], 'nothing new in the old one')

  await both.delete(['a/1', 'b/1'])
  t.strictSame(await keysIn(both), ['b/2', 'c/1'])
  await t.rejects(both.get('b/1'), BlobNotFoundError)
})

await t.test('walking two stores as one', async (t) => {
  t.testdir()
  const [left, right] = [folderStore(t, 'left'), folderStore(t, 'right')]
  for (const key of ['a', 'c', 'd', 'e']) await left.put(key, Buffer.from('l'))
  for (const key of ['b', 'c', 'f', 'g']) await right.put(key, Buffer.from('rr'))
  const seen: string[] = []
  for await (const { key, first, second } of mergeByKey(left.list(''), right.list(''))) {
    seen.push(`${key}${first?.bytes ?? ''}${second?.bytes ?? ''}`)
  }
  t.strictSame(seen, ['a1', 'b2', 'c12', 'd1', 'e1', 'f2', 'g2'])
  for await (const { key } of mergeByKey(left.list(''), right.list(''))) if (key === 'c') break
})
