import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import t from 'tap'
import { thumbHashToApproximateAspectRatio, thumbHashToAverageRGBA } from 'thumbhash'
import { ImageError, openDecoder, probe, sniff } from './index.js'
import { blocksOf, emptyPng, gradient, gradientAt, near, noise, pixelAt, plain } from './test-pictures.js'

const decoder = openDecoder({ children: 2 })
t.teardown(() => decoder.close())

const options = { maxPixels: 50_000_000, previewSize: 1024 }

await t.test('the preview is the whole picture, upright, at most so large, without metadata', async (t) => {
  const size = { width: 1500, height: 1000 }
  for (let orientation = 1; orientation <= 8; orientation++) {
    const bytes = await gradient(size, orientation).jpeg({ quality: 95 }).toBuffer()
    const { preview, width, height } = await decoder.prepare(bytes, options)
    t.strictSame({ width, height }, size)
    const found = await sharp(preview).metadata()
    t.match(found, { format: 'webp', width: 1024, height: 683 })
    t.notOk(found.exif ?? found.xmp ?? found.icc ?? found.orientation)
    const mean = await blocksOf(preview)
    for (const [u, v] of [
      [0, 0],
      [1024 - 64, 0],
      [0, 683 - 64],
    ] as const) {
      const wanted = gradientAt(((u + 32) / 1024) * 1500, ((v + 32) / 683) * 1000, size)
      t.ok(near(mean(u, v, 64), wanted, 3), `orientation ${orientation} at ${u},${v}`)
    }
  }
})

await t.test('a small picture is not enlarged, an extreme one keeps a pixel', async (t) => {
  for (const [width, height, previewWidth, previewHeight] of [
    [40, 30, 40, 30],
    [1, 1, 1, 1],
    [1, 30_000, 1, 1024],
    [16_000, 16, 1024, 1],
  ] as const) {
    const bytes = await plain([90, 60, 30], { width, height }).png().toBuffer()
    const { preview, thumbhash } = await decoder.prepare(bytes, options)
    t.match(await sharp(preview).metadata(), { width: previewWidth, height: previewHeight })
    t.ok(near(await pixelAt(preview, 0, 0), [90, 60, 30], 4))
    t.ok(thumbhash.length > 0)
  }
})

await t.test('the placeholder has the picture in it: shape, colour, transparency', async (t) => {
  const placeholder = async (bytes: Buffer) =>
    Buffer.from((await decoder.prepare(bytes, options)).thumbhash, 'base64')

  const turned = await placeholder(await gradient({ width: 300, height: 600 }, 6).jpeg().toBuffer())
  t.ok(Math.abs(thumbHashToApproximateAspectRatio(turned) - 0.5) < 0.1, 'upright')

  const orange = thumbHashToAverageRGBA(await placeholder(await plain([240, 130, 20]).png().toBuffer()))
  t.ok(near([orange.r * 255, orange.g * 255, orange.b * 255], [240, 130, 20], 12))
  t.equal(orange.a, 1)

  const half = thumbHashToAverageRGBA(
    await placeholder(await plain([240, 130, 20]).ensureAlpha(0.5).png().toBuffer()),
  )
  t.ok(Math.abs(half.a - 0.5) < 0.1)
})

await t.test('transparency stays in the preview', async (t) => {
  const bytes = await plain([10, 20, 200]).ensureAlpha(0).png().toBuffer()
  t.equal((await pixelAt((await decoder.prepare(bytes, options)).preview, 5, 5))[3], 0)
})

await t.test('a picture that breaks off is refused, though its header is sound', async (t) => {
  const size = { width: 600, height: 600 }
  const pictures = {
    jpeg: await noise(size).jpeg().toBuffer(),
    'progressive jpeg': await noise(size).jpeg({ progressive: true }).toBuffer(),
    png: await noise(size).png().toBuffer(),
    'interlaced png': await noise(size).png({ progressive: true }).toBuffer(),
    webp: await noise(size).webp().toBuffer(),
    'lossless webp': await noise(size).webp({ lossless: true }).toBuffer(),
    gif: await noise(size).gif().toBuffer(),
  }
  for (const [name, bytes] of Object.entries(pictures)) {
    for (const part of [0.3, 0.9]) {
      const cut = bytes.subarray(0, bytes.length * part)
      await t.rejects(decoder.prepare(cut, options), { code: 'invalid-image' }, `${part} of a ${name}`)
    }
    t.match(await decoder.prepare(bytes, options), { width: 600 }, `all of a ${name}`)
  }
  const hollow = emptyPng(2000, 2000)
  t.match(await probe(hollow, { ...options, minPixels: 16 }), { width: 2000 })
  await t.rejects(decoder.prepare(hollow, options), { code: 'invalid-image' })
})

await t.test('the limits and the accepted formats hold in the children too', async (t) => {
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"/>')
  await t.rejects(decoder.prepare(svg, options), { code: 'unsupported-image' })
  await t.rejects(decoder.prepare(Buffer.alloc(0), options), { code: 'unsupported-image' })
  await t.rejects(decoder.prepare(emptyPng(60_000, 60_000), options), { code: 'too-many-pixels' })
  const bytes = await plain([1, 2, 3], { width: 30, height: 30 }).png().toBuffer()
  await t.rejects(decoder.prepare(bytes, { ...options, maxPixels: 899 }), { code: 'too-many-pixels' })
})

await t.test('damaged bytes are decoded or refused, and never kill a child', async (t) => {
  // A fixed sequence (Numerical Recipes' linear congruential generator): a failure can be repeated.
  let seed = 1
  const random = (below: number) => {
    seed = (seed * 1_664_525 + 1_013_904_223) % 2 ** 32
    return Math.floor((seed / 2 ** 32) * below)
  }
  const size = { width: 80, height: 60 }
  const sound = await Promise.all([
    noise(size).jpeg().toBuffer(),
    noise(size).jpeg({ progressive: true }).withIccProfile('p3').withMetadata({ orientation: 6 }).toBuffer(),
    noise(size).png().toBuffer(),
    noise(size).png({ palette: true, progressive: true }).toBuffer(),
    noise(size).webp().toBuffer(),
    noise(size).ensureAlpha(0.4).webp({ lossless: true }).toBuffer(),
    noise(size).gif().toBuffer(),
  ])
  const damaged = sound.flatMap((bytes) =>
    Array.from({ length: 40 }, () => {
      const copy = Buffer.from(bytes)
      for (let times = 1 + random(8); times > 0; times--) copy[12 + random(copy.length - 12)] = random(256)
      return copy
    }),
  )
  const outcomes = await Promise.all(
    damaged.map((bytes) =>
      decoder.prepare(bytes, options).then(
        () => 'decoded',
        (error: unknown) => (error instanceof ImageError ? error.code : String(error)),
      ),
    ),
  )
  const expected = ['decoded', 'invalid-image', 'too-many-pixels', 'unsupported-image']
  t.strictSame(
    outcomes.filter((outcome) => !expected.includes(outcome)),
    [],
  )
})

const photos = process.env.LIKENESS_PHOTOS
await t.test('real photos', { skip: photos ? false : 'LIKENESS_PHOTOS is not set' }, async (t) => {
  const folder = photos ?? ''
  t.ok(existsSync(folder))
  for (const name of readdirSync(folder)) {
    const bytes = readFileSync(join(folder, name))
    if (!sniff(bytes)) continue
    if (name.startsWith('truncated')) {
      await t.rejects(decoder.prepare(bytes, options), { code: 'invalid-image' }, name)
      continue
    }
    const header = await probe(bytes, { ...options, minPixels: 16 })
    const { preview, width, height } = await decoder.prepare(bytes, options)
    t.strictSame([width, height], [header.width, header.height], name)
    // The orientation examples show the same upright scene, named by its shape.
    if (name.startsWith('landscape')) t.ok(width > height, name)
    if (name.startsWith('portrait')) t.ok(width < height, name)
    const found = await sharp(preview).metadata()
    t.notOk(found.exif ?? found.xmp ?? found.icc ?? found.iptc, name)
    const [variant] = await decoder.render(bytes, {
      sizes: [256],
      formats: ['jpeg'],
      background: '#ffffff',
      maxPixels: options.maxPixels,
    })
    t.match(await sharp(variant?.bytes).metadata(), { width: 256, height: 256, space: 'srgb' }, name)
  }
})
