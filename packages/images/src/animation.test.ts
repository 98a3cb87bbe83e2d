import sharp from 'sharp'
import t from 'tap'
import { openDecoder, type RenderOptions } from './index.js'
import {
  animate,
  blocksOf,
  type Colour,
  gradient,
  gradientAt,
  near,
  noise,
  picture,
  pixelAt,
  plain,
} from './test-pictures.js'

// Past its time an animation becomes a still, and a shared machine may be slow.
const decoder = openDecoder({ children: 2, cpuMs: 60_000 })
t.teardown(() => decoder.close())

const defaults: RenderOptions = {
  sizes: [128],
  formats: ['webp'],
  background: '#ffffff',
  maxPixels: 50_000_000,
  frames: 60,
}
const colours: readonly Colour[] = [
  [200, 40, 40],
  [40, 160, 40],
  [40, 40, 200],
  [200, 200, 40],
]

async function renderOne(bytes: Buffer, options: Partial<RenderOptions> = {}): Promise<Buffer> {
  const [variant] = await decoder.render(bytes, { ...defaults, ...options })
  return variant?.bytes ?? Buffer.alloc(0)
}

/** Each frame as a picture of its own. */
async function framesOf(webp: Buffer): Promise<Buffer[]> {
  const { pages = 1 } = await sharp(webp).metadata()
  return Promise.all(Array.from({ length: pages }, (_, page) => sharp(webp, { page }).png().toBuffer()))
}

const timing = { delay: [50, 120, 70, 300], loop: 3 }

await t.test('every frame, its time and the number of turns stay, in every size of WebP', async (t) => {
  const film = await animate(colours.map((colour) => plain(colour)))
  for (const [format, bytes] of [
    ['gif', await film.clone().gif(timing).toBuffer()],
    ['webp', await film.clone().webp(timing).toBuffer()],
  ] as const) {
    const variants = await decoder.render(bytes, {
      ...defaults,
      sizes: [32, 100],
      formats: ['webp', 'jpeg'],
    })
    t.equal(variants.length, 4)
    for (const variant of variants) {
      const about = await sharp(variant.bytes).metadata()
      t.strictSame([about.width, about.height], [variant.size, variant.size])
      if (variant.format === 'webp') {
        t.match(about, { pages: 4, delay: timing.delay, loop: timing.loop })
      } else {
        t.equal(about.pages ?? 1, 1, `${format}, ${variant.format}`)
        t.ok(near(await pixelAt(variant.bytes, 10, 10), colours[0] ?? [], 6), 'the first frame')
      }
    }
    for (const [index, frame] of (await framesOf(variants[0]?.bytes ?? Buffer.alloc(0))).entries()) {
      // The outermost pixels too: no other frame shines through.
      for (const [x, y] of [
        [0, 0],
        [16, 16],
        [31, 31],
      ] as const)
        t.ok(near(await pixelAt(frame, x, y), colours[index] ?? [], 6), `frame ${index} at ${x}, ${y}`)
    }
  }
})

await t.test('the first frames, when there are more than asked for', async (t) => {
  const film = await animate(colours.map((colour) => plain(colour)))
  const bytes = await film.gif(timing).toBuffer()
  const two = await renderOne(bytes, { frames: 2 })
  t.match(await sharp(two).metadata(), { pages: 2, delay: [50, 120], loop: 3 })
  t.ok(near(await pixelAt((await framesOf(two))[1] ?? two, 9, 9), colours[1] ?? [], 6))
  const { frames: _, ...without } = defaults
  const [still] = await decoder.render(bytes, without)
  t.equal((await sharp(still?.bytes).metadata()).pages ?? 1, 1, 'by default a still')
})

await t.test('crop and orientation hold for every frame', async (t) => {
  const size = { width: 120, height: 90 }
  const crop = { x: 10, y: 20, width: 60, height: 60 }
  for (let orientation = 1; orientation <= 8; orientation++) {
    const frame = (blue: number) =>
      picture(size, orientation, (x, y) => [...gradientAt(x, y, size).slice(0, 2), blue])
    const film = await animate([frame(40), frame(200)])
    const bytes = await film.withMetadata({ orientation }).webp({ lossless: true }).toBuffer()
    t.match(await sharp(bytes).metadata(), { orientation, pages: 2, autoOrient: size })
    const frames = await framesOf(await renderOne(bytes, { crop, sizes: [60] }))
    t.equal(frames.length, 2)
    for (const [index, one] of frames.entries()) {
      const block = await blocksOf(one)
      for (const [x, y] of [
        [4, 4],
        [48, 4],
        [4, 48],
        [48, 48],
      ] as const) {
        const [red, green] = gradientAt(crop.x + x + 4, crop.y + y + 4, size)
        const found = block(x, y, 8)
        t.ok(near(found, [red, green, index === 0 ? 40 : 200], 6), `${orientation}: ${x}, ${y}`, { found })
      }
    }
  }
})

await t.test('what is transparent stays so, and only where it is', async (t) => {
  const size = { width: 40, height: 40 }
  const hole = picture(size, 1, (x) => (x < 20 ? [0, 0, 0, 0] : [200, 40, 40, 255]))
  const whole = picture(size, 1, () => [40, 40, 200, 255])
  for (const format of ['gif', 'webp'] as const) {
    const bytes = await (await animate([whole, hole]))[format]().toBuffer()
    const [webp, jpeg] = await decoder.render(bytes, { ...defaults, sizes: [40], formats: ['webp', 'jpeg'] })
    const [first, second] = await framesOf(webp?.bytes ?? bytes)
    t.ok(near(await pixelAt(first ?? bytes, 8, 8), [40, 40, 200, 255], 8))
    t.equal((await pixelAt(second ?? bytes, 8, 8))[3], 0, format)
    t.ok(near(await pixelAt(second ?? bytes, 30, 8), [200, 40, 40, 255], 8))
    t.ok(near(await pixelAt(jpeg?.bytes ?? bytes, 8, 8), [40, 40, 200], 8))
  }
  const opaque = await (await animate([whole, whole.clone().negate({ alpha: false })])).webp().toBuffer()
  t.equal((await sharp(await renderOne(opaque)).metadata()).hasAlpha, false)
})

await t.test('colours are turned into sRGB as those of stills', async (t) => {
  const colour: Colour = [170, 140, 90]
  const film = await animate([plain(colour), plain([90, 140, 170])])
  const bytes = await film.keepIccProfile().withIccProfile('p3', { attach: true }).webp().toBuffer()
  const still = await renderOne(bytes, { frames: 1 })
  const [first] = await framesOf(await renderOne(bytes))
  t.ok((await sharp(bytes).metadata()).icc, 'it has a profile')
  t.ok(near(await pixelAt(first ?? bytes, 9, 9), await pixelAt(still, 9, 9), 3))
})

await t.test('times that nobody means, and ones that WebP does not keep', async (t) => {
  const film = await animate(colours.map((colour) => plain(colour)))
  const bytes = await film.gif({ delay: [0, 10, 20, 65_530], loop: 0 }).toBuffer()
  t.match(await sharp(await renderOne(bytes)).metadata(), { delay: [100, 100, 20, 65_530], loop: 0 })
})

await t.test('what would cost too much has fewer frames, or one', async (t) => {
  // Alike, two frames would become one.
  const many = await animate(
    Array.from({ length: 500 }, (_, index) =>
      plain([(index * 97) % 256, 80, (index * 61) % 256], { width: 20, height: 20 }),
    ),
  )
  const bytes = await many.webp({ lossless: true, effort: 0 }).toBuffer()
  const sizes = [32, 64, 128, 256, 512]
  const [smallest] = await decoder.render(bytes, { ...defaults, sizes, frames: 500 })
  const { pages = 1 } = await sharp(smallest?.bytes).metadata()
  t.ok(pages > 60 && pages < 100, `${pages} frames`)
  const all = await renderOne(bytes, { sizes: [32], frames: 500 })
  t.equal((await sharp(all).metadata()).pages, 500)

  const huge = (red: number) => plain([red, 80, 80], { width: 7000, height: 7000 })
  const bomb = await (await animate([huge(10), huge(200)])).webp({ effort: 0 }).toBuffer()
  t.ok(bomb.length < 300_000, `${bomb.length} bytes`)
  t.equal((await sharp(await renderOne(bomb)).metadata()).pages ?? 1, 1, 'a still')
})

await t.test('an animation that cannot be made is made a still', async (t) => {
  const film = await animate([gradient({ width: 200, height: 200 }), noise({ width: 200, height: 200 })])
  const bytes = await film.webp({ lossless: true }).toBuffer()
  const damaged = Buffer.from(bytes)
  damaged.fill(0xa5, bytes.lastIndexOf('VP8L') + 20, bytes.length - 100)
  await t.rejects(sharp(damaged, { page: 1 }).raw().toBuffer(), 'the damage is in the second frame')
  const still = await renderOne(damaged)
  t.equal((await sharp(still).metadata()).pages ?? 1, 1)

  const heavy = await animate(Array.from({ length: 70 }, () => noise({ width: 250, height: 250 })))
  const small = openDecoder({ children: 1, maxRssMiB: 110 })
  t.teardown(() => small.close())
  const [variant] = await small.render(await heavy.webp({ effort: 0 }).toBuffer(), {
    ...defaults,
    sizes: [512],
  })
  t.match(await sharp(variant?.bytes).metadata(), { width: 512, height: 512 })
  t.equal((await sharp(variant?.bytes).metadata()).pages ?? 1, 1)
  await t.rejects(decoder.render(bytes, { ...defaults, crop: { x: 0, y: 0, width: 500, height: 500 } }), {
    code: 'invalid-crop',
  })
})
