import sharp from 'sharp'
import t from 'tap'
import { canDrawInitials, type Drawing, draw, initialsColours, probe } from './index.js'
import { blocksOf, near, pixelAt } from './test-pictures.js'

const options = { size: 128, format: 'png', background: '#336699' } as const

async function rawOf(drawing: Drawing, size = 128) {
  return sharp(await draw(drawing, { ...options, size }))
    .raw()
    .toBuffer({ resolveWithObject: true })
}

const range = (length: number) => Array.from({ length }, (_, index) => index)

await t.test('every drawing in every format and at any size', async (t) => {
  const drawings: Drawing[] = [
    { kind: 'initials', letters: 'AS', colour: 3 },
    { kind: 'identicon', seed: 'a' },
    { kind: 'retro', seed: 'a' },
    { kind: 'silhouette' },
    { kind: 'blank' },
  ]
  for (const drawing of drawings) {
    for (const format of ['png', 'webp', 'jpeg', 'avif'] as const) {
      for (const size of [1, 7, 80, 512]) {
        const bytes = await draw(drawing, { ...options, size, format })
        const found = await probe(bytes, { maxPixels: 512 * 512, minPixels: 1 })
        t.match(found, { format, width: size, height: size }, `${drawing.kind} ${format} ${size}`)
      }
    }
  }
})

await t.test('initials: white letters, in the middle, on the colour asked for', async (t) => {
  const seen = new Set<string>()
  for (let colour = 0; colour < initialsColours; colour++) {
    const { data, info } = await rawOf({ kind: 'initials', letters: 'H', colour })
    t.equal(info.channels, 3)
    seen.add(data.toString('hex', 0, 3))
    // The bar of an H crosses the middle; above and below it is ground.
    t.ok(
      near(
        await pixelAt(await draw({ kind: 'initials', letters: 'H', colour }, options), 64, 64),
        [255, 255, 255],
        8,
      ),
    )
  }
  t.equal(seen.size, initialsColours)

  for (const letters of ['WW', 'ŒŒ', 'ЩЩ', 'ԲՖ', 'ẤẤ']) {
    const { data, info } = await rawOf({ kind: 'initials', letters, colour: 0 })
    const inked = (x: number, y: number) => (data[(y * info.width + x) * 3 + 1] ?? 0) > 140
    const columns = Array.from({ length: 128 }, (_, x) => range(128).some((y) => inked(x, y)))
    const [left, right] = [columns.indexOf(true), 127 - columns.lastIndexOf(true)]
    t.ok(left > 2 && Math.abs(left - right) <= 2, `${letters} fits: ${left} and ${right} px free`)
  }
})

await t.test('initials: each letter is drawn with its own glyph', async (t) => {
  const seen = new Map<string, string>()
  for (const letter of 'AÉŁŴẤΩЖՋש7Q') {
    const { data } = await rawOf({ kind: 'initials', letters: letter, colour: 0 })
    const same = seen.get(data.toString('base64'))
    t.equal(same, undefined, letter)
    seen.set(data.toString('base64'), letter)
  }
})

await t.test('initials: what the font does not have is told before', async (t) => {
  for (const letters of ['A', 'AB', 'É7', 'ЖЩ']) t.ok(canDrawInitials(letters), letters)
  for (const letters of ['', 'ABC', 'a', '漢', '<b', '&', '😀', 'A\u0301']) {
    t.notOk(canDrawInitials(letters), letters)
    await t.rejects(draw({ kind: 'initials', letters, colour: 0 }, options))
  }
})

await t.test('patterns differ from seed to seed and never from time to time', async (t) => {
  for (const kind of ['identicon', 'retro'] as const) {
    const seeds = ['a', 'b', 'c', 'd', '0190a5a0-7b3c-7def-8123-456789abcdef']
    const all = await Promise.all(
      seeds.map(async (seed) => (await rawOf({ kind, seed })).data.toString('base64')),
    )
    t.equal(new Set(all).size, seeds.length, kind)
    t.equal((await rawOf({ kind, seed: 'a' })).data.toString('base64'), all[0])
  }
  for (const [kind, cell, edge] of [
    ['retro', 16, 0],
    ['identicon', 16, 8],
  ] as const) {
    const size = kind === 'retro' ? 128 : 96
    const meanOf = await blocksOf(await draw({ kind, seed: 'mirror' }, { ...options, size }))
    for (let y = edge; y < size - edge; y += cell) {
      for (let x = edge; x < size / 2; x += cell) {
        t.strictSame(meanOf(x, y, cell), meanOf(size - cell - x, y, cell), `${kind} at ${x},${y}`)
      }
    }
  }
})

await t.test('silhouette: a grey figure on a lighter ground', async (t) => {
  const picture = await draw({ kind: 'silhouette' }, options)
  t.strictSame(await pixelAt(picture, 2, 2), [225, 225, 225])
  t.strictSame(await pixelAt(picture, 64, 50), [168, 168, 168], 'head')
  t.strictSame(await pixelAt(picture, 64, 120), [168, 168, 168], 'shoulders')
})

await t.test('blank: nothing, or the background where a format has no transparency', async (t) => {
  const nothing = await pixelAt(await draw({ kind: 'blank' }, options), 64, 64)
  t.equal(nothing[3], 0)
  const jpeg = await draw({ kind: 'blank' }, { ...options, format: 'jpeg' })
  t.ok(near(await pixelAt(jpeg, 64, 64), [0x33, 0x66, 0x99], 2))
})
