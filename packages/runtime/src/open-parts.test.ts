import t from 'tap'
import { openParts } from './open-parts.js'

t.test('parts are closed in reverse, once', async (t) => {
  const closed: string[] = []
  const opened = await openParts(async (parts) => {
    const first = parts.keep('first', (part) => closed.push(part))
    const second = parts.keep('second', async (part) => closed.push(part))
    return { first, second }
  })
  t.match(opened, { first: 'first', second: 'second' })
  t.strictSame(closed, [])
  await opened.close()
  await opened.close()
  t.strictSame(closed, ['second', 'first'])
})

t.test('a second close waits for the first, and closes no part ahead of its turn', async (t) => {
  let end: () => void = () => undefined
  const held = new Promise<void>((resolve) => {
    end = resolve
  })
  const closed: string[] = []
  const opened = await openParts(async (parts) => {
    parts.keep('database', (part) => closed.push(part))
    parts.keep('queue', async (part) => {
      await held
      closed.push(part)
    })
    return {}
  })
  const both = [opened.close(), opened.close()]
  await new Promise((resolve) => setImmediate(resolve))
  t.strictSame(closed, [], 'the database is still open while the queue closes')
  end()
  await Promise.all(both)
  t.strictSame(closed, ['queue', 'database'])
})

t.test('a part that cannot be opened closes those before it', async (t) => {
  const closed: string[] = []
  const opening = openParts(async (parts) => {
    parts.keep('first', (part) => closed.push(part))
    parts.keep('second', (part) => closed.push(part))
    throw new Error('the third is missing')
  })
  await t.rejects(opening, { message: 'the third is missing' })
  t.strictSame(closed, ['second', 'first'])
})
