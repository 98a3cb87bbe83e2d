/* Variants made from the decoding of the preview, compared with those rendered from the picture itself. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import t, { type Test } from 'tap'
import { openDecoder, sniff, type Variant } from './index.js'
import { animate, type Colour, noise, plain } from './test-pictures.js'

const decoder = openDecoder({ children: 2 })
t.teardown(() => decoder.close())

const sizes = [32, 64, 128, 256, 512]
const ahead = { sizes, formats: ['webp', 'jpeg'] as const, background: '#336699' }
const limits = { maxPixels: 50_000_000 }
const options = { ...limits, previewSize: 1024, ahead }

/** Soft shapes, as in a photo. */
async function shapes(size: { width: number; height: number }) {
  const small = await noise({ width: 24, height: 18 }).png().toBuffer()
  return sharp(small).resize(size.width, size.height, { fit: 'fill' })
}

await t.test('variants of every shape and kind look like those rendered from the picture', async (t) => {
  const photo = { width: 3000, height: 2000 }
  const pictures = {
    photo: await (await shapes(photo)).jpeg({ quality: 92 }).toBuffer(),
    turned: await (await shapes(photo)).withMetadata({ orientation: 6 }).jpeg({ quality: 92 }).toBuffer(),
    'Display P3': await (await shapes(photo)).withIccProfile('p3').jpeg().toBuffer(),
    CMYK: await (await shapes({ width: 800, height: 600 })).toColourspace('cmyk').jpeg().toBuffer(),
    transparent: await (await shapes(photo)).ensureAlpha(0.5).webp().toBuffer(),
    // Its shorter side is smaller than the largest variant once the longer one fits into the preview.
    panorama: await (await shapes({ width: 6000, height: 1200 })).jpeg({ quality: 92 }).toBuffer(),
    tower: await (await shapes({ width: 700, height: 5000 })).png({ compressionLevel: 1 }).toBuffer(),
    small: await (await shapes({ width: 90, height: 140 })).png().toBuffer(),
    pixel: await plain([9, 99, 199], { width: 1, height: 1 }).png().toBuffer(),
  }
  for (const [name, bytes] of Object.entries(pictures)) await compare(t, name, bytes)
})

const photos = process.env.LIKENESS_PHOTOS
await t.test('real photos', { skip: photos ? false : 'LIKENESS_PHOTOS is not set' }, async (t) => {
  for (const name of readdirSync(photos ?? '')) {
    const bytes = readFileSync(join(photos ?? '', name))
    if (sniff(bytes) && !name.startsWith('truncated')) await compare(t, name, bytes)
  }
})

async function compare(t: Test, name: string, bytes: Buffer): Promise<void> {
  const { variants, ...prepared } = await decoder.prepare(bytes, options)
  const alone = await decoder.prepare(bytes, { ...limits, previewSize: options.previewSize })
  t.match(prepared, { width: alone.width, height: alone.height }, name)
  const [whole, usual] = [await sharp(prepared.preview).metadata(), await sharp(alone.preview).metadata()]
  t.strictSame([whole.width, whole.height, whole.space], [usual.width, usual.height, usual.space], name)

  const made = (await variants) ?? []
  const wanted = await decoder.render(bytes, { ...limits, ...ahead })
  const label = ({ size, format }: Variant) => `${size} ${format}`
  t.strictSame(made.map(label), wanted.map(label), name)
  for (const [index, variant] of made.entries()) {
    const [one, other] = await Promise.all([greyOf(variant), greyOf(wanted[index] ?? variant)])
    const likeness = mean(blocksOf(one, other).map(([a, b]) => ssim(a, b)))
    t.ok(likeness > 0.97, `${name}, ${label(variant)} is like the other by ${likeness}`)
    const [contrast, usualContrast] = [contrastOf(one), contrastOf(other)]
    t.ok(
      Math.abs(contrast - usualContrast) < 0.5 + usualContrast / 5,
      `${name}, ${label(variant)} is as sharp`,
    )
    const found = await sharp(variant.bytes).metadata()
    t.match(found, { width: variant.size, height: variant.size, space: 'srgb' })
    t.notOk(found.exif ?? found.xmp ?? found.icc ?? found.orientation)
  }
}

/** The brightness of a variant's pixels. */
async function greyOf({ bytes }: Variant) {
  const pipeline = sharp(bytes).flatten({ background: '#808080' }).toColourspace('b-w').raw()
  const { data, info } = await pipeline.toBuffer({ resolveWithObject: true })
  return { side: info.width, data }
}
type Grey = { side: number; data: ArrayLike<number> }

/**
 * Two pictures in squares of eight by eight. Large ones are averaged first: the two may lie half a pixel apart, and are
 * compressed with loss.
 */
function blocksOf(one: Grey, other: Grey): [number[], number[]][] {
  const step = Math.max(1, one.side / 64)
  const [small, otherSmall] = [averaged(one, step), averaged(other, step)]
  const blockOf = ({ side, data }: Grey, left: number, top: number) =>
    Array.from({ length: 64 }, (_, i) => data[(top + (i >> 3)) * side + left + (i & 7)] ?? 0)
  const starts = Array.from({ length: small.side / 8 }, (_, i) => i * 8)
  return starts.flatMap((y) =>
    starts.map((x): [number[], number[]] => [blockOf(small, x, y), blockOf(otherSmall, x, y)]),
  )
}

/** One pixel for each square of `step` pixels. */
function averaged({ side, data }: Grey, step: number): Grey {
  const to = side / step
  const sums = new Float64Array(to * to)
  for (let y = 0; y < side; y += 1) {
    const row = Math.floor(y / step) * to
    for (let x = 0; x < side; x += 1) {
      const at = row + Math.floor(x / step)
      sums[at] = (sums[at] ?? 0) + (data[y * side + x] ?? 0)
    }
  }
  return { side: to, data: sums.map((sum) => sum / step ** 2) }
}

/** Structural similarity (Wang et al., 2004). */
function ssim(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [mean(a), mean(b)]
  const covariance = (p: readonly number[], q: readonly number[]) =>
    mean(p.map((value, i) => value * (q[i] ?? 0))) - mean(p) * mean(q)
  const [c1, c2] = [(0.01 * 255) ** 2, (0.03 * 255) ** 2]
  return (
    ((2 * meanA * meanB + c1) * (2 * covariance(a, b) + c2)) /
    ((meanA ** 2 + meanB ** 2 + c1) * (covariance(a, a) + covariance(b, b) + c2))
  )
}

/** How much neighbouring pixels differ: less where a picture is blurred. */
function contrastOf({ side, data }: Grey): number {
  let sum = 0
  for (let y = 0; y < side - 1; y += 1) {
    for (let x = 0; x < side - 1; x += 1) {
      const here = data[y * side + x] ?? 0
      sum += Math.abs((data[y * side + x + 1] ?? 0) - here) + Math.abs((data[(y + 1) * side + x] ?? 0) - here)
    }
  }
  return sum / (side - 1) ** 2
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

await t.test('an animation moves in WebP, and one that is damaged later has a preview only', async (t) => {
  const colours: readonly Colour[] = [
    [200, 40, 40],
    [40, 160, 40],
    [40, 40, 200],
  ]
  const film = await animate(colours.map((colour) => plain(colour, { width: 200, height: 300 })))
  const moving = { ...options, ahead: { ...ahead, frames: 2 } }
  const made = (await (await decoder.prepare(await film.gif().toBuffer(), moving)).variants) ?? []
  const pages = await Promise.all(made.map(async ({ bytes }) => (await sharp(bytes).metadata()).pages ?? 1))
  t.strictSame(
    pages,
    made.map(({ format }) => (format === 'webp' ? 2 : 1)),
  )
  t.equal(made.length, 10)

  const noisy = await animate([noise({ width: 200, height: 200 }), noise({ width: 200, height: 200 })])
  const bytes = await noisy.webp({ lossless: true }).toBuffer()
  bytes.fill(0xa5, bytes.lastIndexOf('VP8L') + 20, bytes.length - 100)
  const { width, variants } = await decoder.prepare(bytes, moving)
  t.equal(width, 200)
  t.equal(await variants, undefined)
})

await t.test('a picture that does not decode has nothing made ahead', async (t) => {
  const bytes = await noise({ width: 600, height: 600 }).jpeg().toBuffer()
  await t.rejects(decoder.prepare(bytes.subarray(0, bytes.length / 2), options), { code: 'invalid-image' })
})
