import sharp from 'sharp'
import t from 'tap'
import type { Area } from './crop.js'
import { ImageError, openDecoder, type RenderOptions, type Variant } from './index.js'
import { tagPng } from './png-chunk.js'
import {
  animation,
  blocksOf,
  type Colour,
  gradient,
  gradientAt,
  matrixProfile,
  near,
  pixelAt,
  plain,
  tagJpeg,
} from './test-pictures.js'

const decoder = openDecoder({ children: 2 })
t.teardown(() => decoder.close())

const defaults: RenderOptions = {
  sizes: [512],
  formats: ['webp'],
  background: '#ffffff',
  maxPixels: 50_000_000,
}

async function renderOne(bytes: Buffer, options: Partial<RenderOptions> = {}): Promise<Buffer> {
  const [variant] = await decoder.render(bytes, { ...defaults, ...options })
  return variant?.bytes ?? Buffer.alloc(0)
}

await t.test('every size in every format, in that order, square and without metadata', async (t) => {
  const full = await gradient({ width: 900, height: 700 })
    .withExif({
      IFD0: { Copyright: 'somebody' },
      IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 0/1' },
    })
    .withXmp('<?xpacket begin=""?><x:xmpmeta xmlns:x="adobe:ns:meta/"></x:xmpmeta><?xpacket end="w"?>')
    .withIccProfile('p3')
    .jpeg()
    .toBuffer()
  const { exif, xmp, icc } = await sharp(full).metadata()
  t.ok(exif && xmp && icc, 'the source has metadata')

  const variants = await decoder.render(full, {
    ...defaults,
    sizes: [32, 64, 128, 256, 512],
    formats: ['webp', 'jpeg'],
  })
  const seen = await Promise.all(
    variants.map(async ({ size, format, bytes }: Variant) => {
      const found = await sharp(bytes).metadata()
      t.notOk(found.exif ?? found.xmp ?? found.icc ?? found.iptc ?? found.orientation)
      t.strictSame([found.format, found.width, found.height], [format, size, size])
      return `${size} ${format}`
    }),
  )
  t.strictSame(
    seen,
    [32, 64, 128, 256, 512].flatMap((size) => [`${size} webp`, `${size} jpeg`]),
  )
})

// To 128 px the large crops shrink as they load, to 512 less or not; the small ones are enlarged.
const size = { width: 1600, height: 1200 }
const crops: (Area | undefined)[] = [
  undefined,
  { x: 0, y: 0, width: 1200, height: 1200 },
  { x: 399, y: 1, width: 1199, height: 1199 },
  { x: 1599 - 801, y: 1199 - 801, width: 801, height: 801 },
  { x: 1300, y: 200, width: 222, height: 222 },
  { x: 1599, y: 1199, width: 1, height: 1 },
  { x: 1599, y: 0, width: 1, height: 1 },
]

for (const format of ['jpeg', 'png', 'webp'] as const) {
  await t.test(`all 8 orientations of a ${format} come out upright, whatever the crop`, async (t) => {
    for (let orientation = 1; orientation <= 8; orientation++) {
      const options = {
        jpeg: { quality: 95 },
        png: { compressionLevel: 1 },
        webp: { quality: 95, effort: 0 },
      }
      const picture = await gradient(size, orientation)[format](options[format]).toBuffer()
      await Promise.all(
        crops.flatMap((crop) =>
          [128, 512].map(async (side) => {
            const result = await renderOne(picture, { crop, sizes: [side], formats: ['jpeg'] })
            const area = crop ?? { x: 200, y: 0, width: 1200, height: 1200 }
            const block = side / 8
            const meanOf = await blocksOf(result)
            for (const [u, v] of [
              [0, 0],
              [side - block, 0],
              [0, side - block],
              [side - block, side - block],
              [side / 4, side / 2],
            ] as const) {
              const x = area.x + ((u + block / 2) / side) * area.width - 0.5
              const y = area.y + ((v + block / 2) / side) * area.height - 0.5
              const found = meanOf(u, v, block)
              const wanted = gradientAt(x, y, size)
              if (!near(found, wanted, 3)) {
                t.fail(`orientation ${orientation}, crop ${JSON.stringify(crop)} to ${side}, at ${u},${v}`, {
                  found,
                  wanted,
                })
              }
            }
          }),
        ),
      )
      t.pass(`orientation ${orientation}`)
    }
  })
}

await t.test('a crop is exact to the pixel', async (t) => {
  const side = 40
  const data = Buffer.from(
    Array.from({ length: side * side }, (_, i) => [
      (i % side) * 6,
      Math.floor(i / side) * 6,
      (i * 97) % 256,
    ]).flat(),
  )
  const picture = await sharp(data, { raw: { width: side, height: side, channels: 3 } })
    .png()
    .toBuffer()
  for (const [x, y] of [
    [0, 0],
    [39, 39],
    [17, 3],
  ] as const) {
    const result = await renderOne(picture, { crop: { x, y, width: 1, height: 1 }, sizes: [32] })
    const wanted = [...data.subarray((y * side + x) * 3, (y * side + x) * 3 + 3)]
    t.ok(near(await pixelAt(result, 16, 16), wanted, 3), `${x},${y}`)
  }
})

await t.test('of a crop that is not square, the middle', async (t) => {
  const picture = await gradient(size).png({ compressionLevel: 1 }).toBuffer()
  const result = await renderOne(picture, { crop: { x: 501, y: 100, width: 999, height: 300 } })
  t.ok(near(await pixelAt(result, 0, 0), gradientAt(850, 100, size), 3))
  t.ok(near(await pixelAt(result, 511, 511), gradientAt(1150, 400, size), 3))
})

await t.test('a crop outside the picture is refused', async (t) => {
  const picture = await plain([1, 2, 3], { width: 40, height: 30 }).png().toBuffer()
  for (const crop of [
    { x: -1, y: 0, width: 10, height: 10 },
    { x: 31, y: 0, width: 10, height: 10 },
    { x: 0, y: 21, width: 10, height: 10 },
    { x: 0, y: 0, width: 0, height: 0 },
    { x: 0.5, y: 0, width: 10, height: 10 },
    { x: 0, y: 0, width: Number.NaN, height: 10 },
    { x: 0, y: 0, width: Number.POSITIVE_INFINITY, height: 10 },
  ]) {
    await t.rejects(renderOne(picture, { crop }), { code: 'invalid-crop' }, JSON.stringify(crop))
  }
  // It is the UPRIGHT picture that counts.
  const turned = await gradient({ width: 30, height: 40 }, 6).jpeg().toBuffer()
  await renderOne(turned, { crop: { x: 0, y: 10, width: 30, height: 30 } })
  await t.rejects(renderOne(turned, { crop: { x: 10, y: 0, width: 30, height: 30 } }), {
    code: 'invalid-crop',
  })
})

await t.test('extreme shapes and tiny pictures are cut and enlarged', async (t) => {
  for (const [width, height] of [
    [1, 1],
    [1, 3000],
    [20_000, 16],
    [16, 20_000],
    [513, 512],
  ] as const) {
    for (const format of ['jpeg', 'png', 'webp'] as const) {
      if (format === 'webp' && Math.max(width, height) > 16_383) continue
      const picture = await plain([200, 100, 50], { width, height })[format]().toBuffer()
      const result = await renderOne(picture, { formats: ['jpeg'] })
      const { width: side } = await sharp(result).metadata()
      t.equal(side, 512)
      t.ok(near(await pixelAt(result, 300, 300), [200, 100, 50], 4), `${width} × ${height} ${format}`)
    }
  }
})

await t.test('transparency is kept in WebP and shows the background in JPEG', async (t) => {
  const square = { width: 300, height: 300 }
  const hole = await sharp({
    create: { ...square, channels: 4, background: { r: 255, g: 0, b: 0, alpha: 0 } },
  })
    .composite([
      { input: await plain([0, 0, 255], { width: 300, height: 150 }).png().toBuffer(), top: 150, left: 0 },
    ])
    .png()
    .toBuffer()
  for (const picture of [
    hole,
    await sharp(hole).webp({ lossless: true }).toBuffer(),
    await sharp(hole).gif().toBuffer(),
  ]) {
    const webp = await renderOne(picture, { sizes: [128] })
    t.equal((await pixelAt(webp, 64, 20))[3], 0)
    t.ok(near(await pixelAt(webp, 64, 100), [0, 0, 255, 255], 4))
    const jpeg = await renderOne(picture, { sizes: [128], formats: ['jpeg'], background: '#336699' })
    t.ok(near(await pixelAt(jpeg, 64, 20), [0x33, 0x66, 0x99], 4))
    t.ok(near(await pixelAt(jpeg, 64, 100), [0, 0, 255], 4))
  }
})

await t.test('an alpha channel without transparency is not kept', async (t) => {
  const picture = await plain([10, 200, 30]).ensureAlpha().png().toBuffer()
  t.equal((await sharp(picture).metadata()).hasAlpha, true)
  const result = await renderOne(picture)
  t.equal((await sharp(result).metadata()).hasAlpha, false)
  t.ok(near(await pixelAt(result, 9, 9), [10, 200, 30], 4))
})

await t.test('grey: 8 and 16 bits, with and without alpha, one bit, palette', async (t) => {
  const grey = (value: number) =>
    sharp(new Uint16Array(64 * 64).fill(value * 257), { raw: { width: 64, height: 64, channels: 1 } })
  const pictures = {
    'grey 16 png': await grey(90).toColourspace('grey16').png().toBuffer(),
    'grey 8 jpeg': await grey(90).toColourspace('b-w').jpeg().toBuffer(),
    'grey 8 png': await grey(90).toColourspace('b-w').png().toBuffer(),
    'grey with alpha': await grey(90).ensureAlpha().toColourspace('b-w').png().toBuffer(),
    palette: await plain([90, 90, 90]).png({ palette: true }).toBuffer(),
  }
  for (const [name, picture] of Object.entries(pictures)) {
    for (const format of ['webp', 'jpeg'] as const) {
      const found = await pixelAt(await renderOne(picture, { formats: [format] }), 250, 250)
      t.ok(near(found, [90, 90, 90], 3), `${name} in ${format}`, { found })
    }
  }
  t.equal((await sharp(pictures['grey 16 png']).metadata()).depth, 'ushort')

  const bit = await grey(255).toColourspace('b-w').png({ palette: true, colours: 2 }).toBuffer()
  t.ok(near(await pixelAt(await renderOne(bit), 250, 250), [255, 255, 255], 2), 'one bit')
})

await t.test('CMYK becomes the colours it was made of', async (t) => {
  for (const colour of [
    [200, 60, 40],
    [250, 250, 250],
    [120, 140, 110],
  ] satisfies Colour[]) {
    const picture = await plain(colour, { width: 800, height: 600 })
      .toColourspace('cmyk')
      .withIccProfile('cmyk')
      .jpeg({ quality: 95 })
      .toBuffer()
    t.equal((await sharp(picture).metadata()).space, 'cmyk')
    const found = await pixelAt(await renderOne(picture), 200, 200)
    t.ok(near(found, colour, 14), colour.join(), { found })
  }
})

// Adobe RGB (1998) 4.3.5.3 and, for Display P3, SMPTE RP 431-2 primaries; both adapted to D50 as ICC wants.
const adobeRgb: [Colour, Colour, Colour] = [
  [0.60974, 0.31111, 0.01947],
  [0.20528, 0.62567, 0.06087],
  [0.14919, 0.06322, 0.74457],
]
const displayP3: [Colour, Colour, Colour] = [
  [0.51512, 0.2412, -0.00105],
  [0.29198, 0.69225, 0.04189],
  [0.1571, 0.06657, 0.78407],
]

/** A colour of another space in sRGB, computed straight from the definitions (IEC 61966-2-1). */
function inSrgb(colour: Colour, gamma: number, primaries: readonly [Colour, Colour, Colour]): number[] {
  const linear = colour.map((value) => (value / 255) ** gamma)
  const xyz = [0, 1, 2].map((axis) =>
    primaries.reduce((sum, primary, channel) => sum + (primary[axis] ?? 0) * (linear[channel] ?? 0), 0),
  )
  const fromXyzD50 = [
    [3.1338561, -1.6168667, -0.4906146],
    [-0.9787684, 1.9161415, 0.033454],
    [0.0719453, -0.2289914, 1.4052427],
  ]
  return fromXyzD50.map((row) => {
    const value = row.reduce((sum, factor, axis) => sum + factor * (xyz[axis] ?? 0), 0)
    return Math.round(255 * (value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055))
  })
}

await t.test('wide colour spaces are turned into sRGB', async (t) => {
  const colour: Colour = [170, 140, 90]
  const large = { width: 1600, height: 1200 }
  for (const [name, gamma, primaries] of [
    ['Adobe RGB', 2.2, adobeRgb],
    ['Display P3', 2.2, displayP3],
  ] as const) {
    const profile = matrixProfile(gamma, primaries)
    const wanted = inSrgb(colour, gamma, primaries)
    t.notOk(near(colour, wanted, 5), `${name} makes a difference`)
    const deep = sharp(
      new Uint16Array(64 * 64 * 3).map((_, i) => (colour[i % 3] ?? 0) * 257),
      {
        raw: { width: 64, height: 64, channels: 3 },
      },
    )
    const pictures = {
      jpeg: tagJpeg(await plain(colour, large).jpeg({ quality: 95 }).toBuffer(), profile),
      png: tagPng(await plain(colour, large).png().toBuffer(), profile),
      'png with alpha': tagPng(await plain(colour).ensureAlpha(0.5).png().toBuffer(), profile),
      '16-bit png': tagPng(await deep.toColourspace('rgb16').png().toBuffer(), profile),
    }
    for (const [kind, picture] of Object.entries(pictures)) {
      t.ok((await sharp(picture).metadata()).icc, `${kind} has a profile`)
      const found = (await pixelAt(await renderOne(picture), 256, 256)).slice(0, 3)
      t.ok(near(found, wanted, 3), `${name} ${kind}`, { found, wanted })
    }
  }
})

await t.test('a malformed profile costs the profile, not the picture', async (t) => {
  const profile = matrixProfile(2.2, adobeRgb)
  const broken = {
    'no tags': profile.subarray(0, 132),
    'wrong length': Buffer.concat([profile, Buffer.from('rest')]),
    'no signature': Buffer.concat([profile.subarray(0, 36), Buffer.alloc(4), profile.subarray(40)]),
    noise: Buffer.concat([profile.subarray(0, 128), Buffer.alloc(400, 0xa5)]),
    empty: Buffer.alloc(0),
  }
  for (const [name, bytes] of Object.entries(broken)) {
    const picture = tagJpeg(await plain([170, 140, 90]).jpeg().toBuffer(), bytes)
    const found = await pixelAt(await renderOne(picture), 256, 256)
    t.ok(near(found, [170, 140, 90], 30), name, { found })
  }
})

await t.test('of an animation, the first frame', async (t) => {
  for (const format of ['gif', 'webp'] as const) {
    const picture = await animation(format, [
      [250, 20, 20],
      [20, 250, 20],
      [20, 20, 250],
    ])
    t.equal((await sharp(picture).metadata()).pages, 3)
    const result = await renderOne(picture)
    t.ok(near(await pixelAt(result, 256, 256), [250, 20, 20], 6), format)
    t.equal((await sharp(result).metadata()).pages, undefined)
  }
})

await t.test('a fault of the caller is not blamed on the picture', async (t) => {
  const picture = await plain([1, 2, 3]).png().toBuffer()
  for (const sizes of [[], [0.5]]) {
    const error: unknown = await renderOne(picture, { sizes }).catch((reason: unknown) => reason)
    t.ok(error instanceof Error && !(error instanceof ImageError), `sizes ${JSON.stringify(sizes)}`)
  }
})
