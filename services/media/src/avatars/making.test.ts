import t from 'tap'
import { openMaking } from './making.js'

t.test('two at once, the others in order, and past a number none', async (t) => {
  const making = openMaking()
  const begun: number[] = []
  const ends: (() => void)[] = []
  const start = (number: number) =>
    making(async () => {
      begun.push(number)
      await new Promise<void>((resolve) => ends.push(resolve))
      return Buffer.from([number])
    })
  const all = Array.from({ length: 258 }, (_, number) => start(number))
  await t.rejects(start(258), { code: 'overloaded' })
  t.strictSame(begun, [0, 1])
  ends[1]?.()
  t.strictSame(await all[1], Buffer.from([1]))
  t.strictSame(begun, [0, 1, 2])

  // Each one that ends lets another begin.
  for (let next = 0; next < all.length; next++) {
    if (next !== 1) {
      ends[next]?.()
      await all[next]
    }
  }
  t.strictSame(
    begun,
    Array.from({ length: 258 }, (_, number) => number),
  )
})

t.test('one that fails leaves its place', async (t) => {
  const making = openMaking()
  const failing = Array.from({ length: 5 }, () => making(() => Promise.reject(new Error('damaged'))))
  for (const one of failing) await t.rejects(one, { message: 'damaged' })
  t.strictSame(await making(() => Promise.resolve(Buffer.from('fine'))), Buffer.from('fine'))
})
