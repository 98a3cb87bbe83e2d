import t from 'tap'
import { runWithin } from './places.js'

/** Runs items of these weights until none is left, ending the first running one whenever no more start. */
async function runsOf(places: number, weights: readonly number[]): Promise<number[][]> {
  const running = new Map<number, () => void>()
  const seen: number[][] = []
  const work = runWithin(
    places,
    [...weights.keys()],
    (item) => weights[item] ?? 1,
    (item) => new Promise((resolve) => running.set(item, resolve)),
  )
  while (seen.flat().length === 0 || running.size > 0) {
    await new Promise(setImmediate)
    if (running.size > 0) seen.push([...running.keys()])
    const [first] = running
    first?.[1]()
    if (first) running.delete(first[0])
    await new Promise(setImmediate)
  }
  await work
  return seen
}

t.test('an item that is too heavy for now lets lighter ones pass', async (t) => {
  t.strictSame(await runsOf(3, [2, 2, 1, 1]), [[0, 2], [2, 1], [1, 3], [3]])
})

t.test('an item heavier than all places has them to itself', async (t) => {
  t.strictSame(await runsOf(1, [2, 1]), [[0], [1]])
  t.strictSame(await runsOf(2, [2, 1, 1]), [[0], [1, 2], [2]])
})
