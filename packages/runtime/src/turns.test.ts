import t from 'tap'
import { openTurns } from './turns.js'

/** Work that ends when the test says so. */
function held() {
  let end: () => void = () => undefined
  let fail: (error: Error) => void = () => undefined
  const work = new Promise<void>((resolve, reject) => {
    end = resolve
    fail = reject
  })
  return { work, end: () => end(), fail: (error: Error) => fail(error) }
}

t.test('a few run at once, the rest in the order they came, and one too many is refused', async (t) => {
  const turns = openTurns({ atOnce: 2, mostWaiting: 2, refuse: () => new Error('too many') })
  const works = ['a', 'b', 'c', 'd'].map((name) => ({ name, ...held() }))
  const seen: string[] = []
  const done = works.map(({ name, work }) =>
    turns(async () => {
      seen.push(name)
      await work
      return name
    }),
  )
  await t.rejects(
    turns(async () => seen.push('never')),
    { message: 'too many' },
  )
  t.strictSame(seen, ['a', 'b'])
  const [a, b, c, d] = works
  b?.end()
  t.equal(await done[1], 'b')
  a?.fail(new Error('broken'))
  await t.rejects(Promise.all(done.slice(0, 1)), { message: 'broken' })
  c?.end()
  d?.end()
  t.strictSame(await Promise.all(done.slice(2)), ['c', 'd'])
  t.strictSame(seen, ['a', 'b', 'c', 'd'])
  t.equal(await turns(async () => 'later'), 'later', 'every place is free again')
})
