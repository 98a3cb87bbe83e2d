/*
 * Format × orientation × colour × transparency, by the pixels that come out. What nothing here can write (HEIC)
 * is tried on real photos, in prepare.test.ts.
 */
import type { Sharp } from 'sharp'
import t from 'tap'
import { type Format, openDecoder, probe } from './index.js'
import { bmp } from './test-bmp.js'
import { blocksOf, near, picture } from './test-pictures.js'

const decoder = openDecoder({ children: 2 })
t.teardown(() => decoder.close())

const size = { width: 300, height: 200 }
// Within what every colour space here can show.
const quarters = [
  [190, 70, 60],
  [70, 160, 80],
  [60, 80, 170],
  [200, 180, 90],
] as const
const greys = [40, 90, 150, 210].map((value) => [value, value, value] as const)
const background = [0x33, 0x66, 0x99] as const

type Kind = {
  readonly write: (upright: Sharp) => Promise<Buffer>
  readonly alpha: boolean
  readonly grey?: true
  readonly tolerance?: number
}

/** AVIF with the numbers of Display P3 and code points (ITU-T H.273) in place of the profile. */
async function codePoints(upright: Sharp): Promise<Buffer> {
  const bytes = await upright.withIccProfile('p3').avif({ quality: 90, effort: 0 }).toBuffer()
  const colr = bytes.indexOf('colr')
  bytes.fill(0, colr + 4, colr - 4 + bytes.readUInt32BE(colr - 4))
  bytes.write('nclx', colr + 4)
  for (const [index, point] of [12, 13, 6].entries()) bytes.writeUInt16BE(point, colr + 8 + 2 * index)
  bytes.writeUInt8(0x80, colr + 14)
  return bytes
}

/** sharp calls 16-bit pixels with metadata Display P3, without making them so: their profile is cut out. */
async function sixteenBits(upright: Sharp): Promise<Buffer> {
  const bytes = await upright.toColourspace('rgb16').png().toBuffer()
  const chunk = bytes.indexOf('iCCP') - 4
  if (chunk < 0) return bytes
  return Buffer.concat([bytes.subarray(0, chunk), bytes.subarray(chunk + 12 + bytes.readUInt32BE(chunk))])
}

const avif = { quality: 90, effort: 0 } as const
const kinds: Partial<Record<Format, Record<string, Kind>>> = {
  jpeg: {
    sRGB: { write: (upright) => upright.jpeg({ quality: 95 }).toBuffer(), alpha: false },
    progressive: { write: (upright) => upright.jpeg({ progressive: true }).toBuffer(), alpha: false },
    'Display P3': { write: (upright) => upright.withIccProfile('p3').jpeg().toBuffer(), alpha: false },
    grey: { write: (upright) => upright.toColourspace('b-w').jpeg().toBuffer(), alpha: false, grey: true },
    CMYK: {
      write: (upright) =>
        upright.toColourspace('cmyk').withIccProfile('cmyk').jpeg({ quality: 95 }).toBuffer(),
      alpha: false,
      // Ink cannot show the blue.
      tolerance: 40,
    },
  },
  png: {
    sRGB: { write: (upright) => upright.png().toBuffer(), alpha: true },
    '16 bits': { write: sixteenBits, alpha: true },
    palette: { write: (upright) => upright.png({ palette: true }).toBuffer(), alpha: true },
    interlaced: { write: (upright) => upright.png({ progressive: true }).toBuffer(), alpha: true },
    'Display P3': { write: (upright) => upright.withIccProfile('p3').png().toBuffer(), alpha: true },
    grey: { write: (upright) => upright.toColourspace('b-w').png().toBuffer(), alpha: true, grey: true },
  },
  webp: {
    sRGB: { write: (upright) => upright.webp({ quality: 95 }).toBuffer(), alpha: true },
    lossless: { write: (upright) => upright.webp({ lossless: true }).toBuffer(), alpha: true },
    'Display P3': { write: (upright) => upright.withIccProfile('p3').webp().toBuffer(), alpha: true },
  },
  avif: {
    sRGB: { write: (upright) => upright.avif(avif).toBuffer(), alpha: true },
    '10 bits': { write: (upright) => upright.avif({ ...avif, bitdepth: 10 }).toBuffer(), alpha: true },
    'Display P3': { write: (upright) => upright.withIccProfile('p3').avif(avif).toBuffer(), alpha: true },
    'Display P3 by code points': { write: codePoints, alpha: true },
  },
  gif: { palette: { write: (upright) => upright.gif().toBuffer(), alpha: true } },
  bmp: {
    '24 bits': { write: (upright) => bmp(upright, '24'), alpha: false },
    '32 bits with alpha': { write: (upright) => bmp(upright, '32 alpha'), alpha: true },
  },
}

/** GIF and BMP cannot say how they are turned. */
const orientationsOf = (format: string) =>
  format === 'gif' || format === 'bmp' ? [1] : [1, 2, 3, 4, 5, 6, 7, 8]

for (const [format, byColour] of Object.entries(kinds)) {
  for (const [colour, kind] of Object.entries(byColour)) {
    await t.test(`${format}, ${colour}`, async (t) => {
      for (const orientation of orientationsOf(format)) {
        for (const alpha of kind.alpha ? [false, true] : [false]) await check(t, kind, { orientation, alpha })
      }
    })
  }
}

async function check(
  t: Tap,
  { write, grey, tolerance = 6 }: Kind,
  { orientation, alpha }: { orientation: number; alpha: boolean },
): Promise<void> {
  const name = `orientation ${orientation}${alpha ? ', transparent' : ''}`
  const colours: readonly (readonly number[])[] = grey ? greys : quarters
  const quarterAt = (x: number, y: number) => (x < size.width / 2 ? 0 : 1) + (y < size.height / 2 ? 0 : 2)
  // With alpha, the last quarter is not there.
  const bytes = await write(
    picture(size, orientation, (x, y) => {
      const quarter = quarterAt(x, y)
      const colour = colours[quarter] ?? []
      return alpha ? [...colour, quarter === 3 ? 0 : 255] : colour
    }),
  )
  t.match(await probe(bytes, { maxPixels: 60_000, minPixels: 16 }), size, name)
  const { width, height } = await decoder.prepare(bytes, { maxPixels: 60_000, previewSize: 1024 })
  t.strictSame({ width, height }, size, name)

  const [webp, jpeg] = await decoder.render(bytes, {
    sizes: [128],
    formats: ['webp', 'jpeg'],
    background: '#336699',
    maxPixels: 60_000,
  })
  for (const [variant, isWebp] of [
    [webp, true],
    [jpeg, false],
  ] as const) {
    const meanOf = await blocksOf(variant?.bytes ?? Buffer.alloc(0))
    for (const [quarter, colour] of colours.entries()) {
      const found = meanOf(quarter % 2 === 0 ? 20 : 84, quarter < 2 ? 20 : 84, 24)
      if (alpha && isWebp) {
        t.ok(
          Math.abs((found[3] ?? 0) - (quarter === 3 ? 0 : 255)) < 3,
          `${name}: alpha of quarter ${quarter}`,
        )
        if (quarter === 3) continue
      }
      const wanted = alpha && quarter === 3 ? background : colour
      t.ok(near(found.slice(0, 3), wanted, tolerance), `${name}: ${quarter}`, { found, wanted, isWebp })
    }
  }
}

type Tap = { ok: typeof t.ok; match: typeof t.match; strictSame: typeof t.strictSame }
