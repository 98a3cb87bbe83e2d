import sharp from 'sharp'
import t from 'tap'
import { decodeBmp } from './decode-bmp.js'
import { openDecoder, probe } from './index.js'
import { type BmpKind, bmp, bmpPalette } from './test-bmp.js'
import { picture } from './test-pictures.js'

const decoder = openDecoder({ children: 1 })
t.teardown(() => decoder.close())
const limits = { maxPixels: 1_000_000, minPixels: 1 }

/** Stripes of the palette's colours, in an odd size so that rows have to be filled up. */
const size = { width: 37, height: 21 }
const stripe = (x: number, y: number, colours: number) =>
  bmpPalette[(x * 7 + y * 3) % colours] ?? bmpPalette[0]
const striped = (colours = 4) => picture(size, 1, (x, y) => stripe(x, y, colours))

await t.test('every way to store it gives the same pixels', async (t) => {
  const kinds: BmpKind[] = [
    '1',
    '4',
    '8',
    '16',
    '24',
    '24 top-down',
    '32',
    '32 alpha',
    'rle4',
    'rle8',
    'core 24',
    'os2 24',
    'os2 8',
  ]
  for (const kind of kinds) {
    const colours = kind === '1' ? 2 : 4
    const bytes = await bmp(striped(colours), kind)
    t.strictSame(await probe(bytes, limits), { format: 'bmp', ...size, orientation: 1, pages: 1 }, kind)
    const { data, raw } = decodeBmp(bytes)
    t.strictSame(raw, { ...size, channels: kind === '32 alpha' ? 4 : 3 }, kind)
    // 5 bits of a channel say it to the nearest eighth.
    const tolerance = kind === '16' ? 8 : 0
    let wrong = 0
    for (let index = 0; index < size.width * size.height; index++) {
      const wanted = stripe(index % size.width, Math.floor(index / size.width), colours)
      for (const [channel, value] of wanted.entries()) {
        if (Math.abs((data[index * raw.channels + channel] ?? 0) - value) > tolerance) wrong++
      }
    }
    t.equal(wrong, 0, kind)
    const { width, height } = await decoder.prepare(bytes, { maxPixels: 1_000_000, previewSize: 64 })
    t.strictSame({ width, height }, size, kind)
  }
})

await t.test('alpha that is nowhere was not meant', async (t) => {
  const clear = picture(size, 1, () => [10, 20, 30, 0])
  const { data } = decodeBmp(await bmp(clear, '32 alpha'))
  t.strictSame([...data.subarray(0, 4)], [10, 20, 30, 255])
})

await t.test('the limits hold by the header', async (t) => {
  const huge = await bmp(striped(), '8')
  huge.writeInt32LE(1001, 18)
  huge.writeInt32LE(-1000, 22)
  await t.rejects(probe(huge, limits), { code: 'too-many-pixels' })
  huge.writeInt32LE(-2147483648, 22)
  await t.rejects(probe(huge, limits), { code: 'too-many-pixels' })
  huge.writeInt32LE(0, 22)
  await t.rejects(probe(huge, limits), { code: 'invalid-image' })
})

await t.test('whatever byte is wrong, and wherever it ends: an answer, at once', async (t) => {
  const outcomes = new Set<string>()
  for (const kind of ['4', '8', '16', '32 alpha', 'rle4', 'rle8'] as const) {
    const whole = await bmp(striped(), kind)
    for (let length = 0; length < whole.length; length += 13) tryOut(whole.subarray(0, length))
    for (let at = 2; at < Math.min(whole.length, 200); at++) {
      for (const value of [0, 0xff]) {
        const wrong = Buffer.from(whole)
        wrong[at] = value
        // Nothing is decoded of a picture that the limits refuse.
        if (wrong.readUInt16LE(20) === 0 && wrong.readUInt16LE(24) === 0) tryOut(wrong)
      }
    }
  }
  t.strictSame([...outcomes].toSorted(), ['decoded', 'refused'])

  function tryOut(bytes: Buffer): void {
    try {
      const { data, raw } = decodeBmp(bytes)
      t.equal(data.length, raw.width * raw.height * raw.channels)
      outcomes.add('decoded')
    } catch (error) {
      if (!(error instanceof Error)) throw error
      outcomes.add('refused')
    }
  }
})

await t.test('pixels that end early are refused', async (t) => {
  for (const kind of ['8', '24', 'rle8'] as const) {
    const bytes = await bmp(striped(), kind)
    await t.rejects(
      decoder.prepare(bytes.subarray(0, -size.width * 4), { maxPixels: 1_000_000, previewSize: 64 }),
      { code: 'invalid-image' },
      kind,
    )
  }
})

await t.test('megabytes of runs beyond the edge take no time', async (t) => {
  for (const kind of ['rle4', 'rle8'] as const) {
    const whole = await bmp(striped(), kind)
    const pixelOffset = whole.readUInt32LE(10)
    // Runs of 255 pixels, all of them in the first row.
    const runs = Buffer.alloc(8_000_000, Buffer.from([255, 0]))
    const bytes = Buffer.concat([whole.subarray(0, pixelOffset), runs, Buffer.from([0, 1])])
    const prepared = await decoder.prepare(bytes, { maxPixels: 1_000_000, previewSize: 64 })
    t.match(prepared, size, kind)
  }
})

await t.test('a JPEG in the clothes of a BMP is that JPEG', async (t) => {
  const jpeg = await striped().jpeg().toBuffer()
  const head = (await bmp(striped(), '24')).subarray(0, 54)
  head.writeUInt32LE(4, 30)
  const bytes = Buffer.concat([head, jpeg])
  t.match(await probe(bytes, limits), { format: 'jpeg', ...size })
  t.match(await decoder.prepare(bytes, { maxPixels: 1_000_000, previewSize: 64 }), size)
  const endless = Buffer.concat([head, head])
  await t.rejects(probe(endless, limits), { code: 'invalid-image' })
})

await t.test('an embedded profile counts', async (t) => {
  const p3 = await sharp({ create: { width: 1, height: 1, channels: 3, background: '#000' } })
    .withIccProfile('p3')
    .png()
    .toBuffer()
  const profile = (await sharp(p3).metadata()).icc ?? Buffer.alloc(0)
  const plain = await bmp(
    picture(size, 1, () => [170, 140, 90]),
    '16',
  )
  const bytes = Buffer.concat([plain, profile])
  bytes.write('DEBM', 70)
  bytes.writeUInt32LE(plain.length - 14, 126)
  bytes.writeUInt32LE(profile.length, 130)
  const [with_, without] = await Promise.all(
    [bytes, plain].map(async (one) => {
      const [variant] = await decoder.render(one, {
        sizes: [32],
        formats: ['webp'],
        background: '#fff',
        maxPixels: 1_000_000,
      })
      return [...(await sharp(variant?.bytes).raw().toBuffer()).subarray(0, 3)]
    }),
  )
  t.ok((with_?.[0] ?? 0) - (without?.[0] ?? 0) > 4, 'red of Display P3 is more red', { with_, without })
})
