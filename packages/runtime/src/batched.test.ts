import t from 'tap'
import { batched } from './batched.js'

/** A runner whose batches end when the test says so. */
function heldRunner() {
  const batches: { items: number[]; end: () => void; fail: (error: Error) => void }[] = []
  const run = (items: number[]) =>
    new Promise<void>((resolve, reject) => batches.push({ items, end: resolve, fail: reject }))
  return { batches, run }
}

t.test('a call that comes alone goes out at once, those that follow together', async (t) => {
  const { batches, run } = heldRunner()
  const add = batched(run, { everyMs: 0, most: 3 })
  const added = [1, 2, 3, 4, 5].map((item) => add(item))
  t.strictSame(
    batches.map(({ items }) => items),
    [[1]],
  )
  batches[0]?.end()
  await added[0]
  await t.resolves(untilThereAre(2))
  batches[1]?.end()
  await untilThereAre(3)
  batches[2]?.end()
  await Promise.all(added)
  t.strictSame(
    batches.map(({ items }) => items),
    [[1], [2, 3, 4], [5]],
    'at most three',
  )

  async function untilThereAre(count: number) {
    while (batches.length < count) await new Promise((resolve) => setImmediate(resolve))
  }
})

t.test('a batch that fails fails its calls alone', async (t) => {
  let round = 0
  const add = batched(
    async () => {
      round += 1
      if (round === 2) throw new Error('lost')
    },
    { everyMs: 0, most: 10 },
  )
  const [first, second, third] = [add(1), add(2), add(3)]
  await t.resolves(first)
  await t.rejects(second, { message: 'lost' })
  await t.rejects(third, { message: 'lost' })
  await t.resolves(add(4))
})

t.test('it is settled once nothing runs or waits', async (t) => {
  const { batches, run } = heldRunner()
  const add = batched(run, { everyMs: 0, most: 1 })
  await add.settled()
  const seen: string[] = []
  void add(1).then(() => seen.push('first'))
  void add(2).then(() => seen.push('second'))
  const settled = add.settled().then(() => seen.push('settled'))
  batches[0]?.end()
  while (batches.length < 2) await new Promise((resolve) => setImmediate(resolve))
  batches[1]?.end()
  await settled
  t.strictSame(seen, ['first', 'second', 'settled'])
})
