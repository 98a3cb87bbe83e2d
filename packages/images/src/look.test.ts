import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import t from 'tap'
import { mirroredLook, openDecoder, sniff } from './index.js'
import { gradient, plain } from './test-pictures.js'

const decoder = openDecoder({ children: 2 })
t.teardown(() => decoder.close())

const options = { maxPixels: 50_000_000, previewSize: 1024 }
const lookOf = async (picture: Sharp | Buffer) => {
  const bytes = Buffer.isBuffer(picture) ? picture : await picture.png().toBuffer()
  return (await decoder.prepare(bytes, options)).look
}
/** How many bits of two looks differ; 64 where a picture has none. */
function apart(one: string | undefined, other: string | undefined): number {
  if (one === undefined || other === undefined) return 64
  return (BigInt(`0x${one}`) ^ BigInt(`0x${other}`)).toString(2).replaceAll('0', '').length
}
/** A scene of soft blotches, as photos have them: the same for the same seed (numbers of Park and Miller). */
async function scene(seed: number): Promise<Buffer> {
  let state = seed
  const draw = (range: number) => {
    state = (state * 48_271) % 2_147_483_647
    return state % range
  }
  const tiny = Uint8Array.from(
    Array.from({ length: 8 * 6 }, () => {
      const light = 40 + draw(160)
      return [light + draw(40), light + draw(40), light + draw(40)]
    }).flat(),
  )
  return sharp(tiny, { raw: { width: 8, height: 6, channels: 3 } })
    .resize(600, 450, { fit: 'fill' })
    .png()
    .toBuffer()
}

await t.test('the look stays when a picture is changed a little, and differs from any other', async (t) => {
  const [one, other] = [await scene(1), await scene(2)]
  const look = await lookOf(one)
  t.match(look, /^[0-9a-f]{16}$/)
  const note = { create: { width: 240, height: 36, channels: 3 as const, background: '#ffffff' } }
  for (const [name, changed, most] of [
    [
      'one pixel',
      sharp(one).composite([{ input: { create: { ...note.create, width: 1, height: 1 } }, left: 5, top: 5 }]),
      1,
    ],
    ['encoded anew', sharp(await sharp(one).jpeg({ quality: 30 }).toBuffer()), 3],
    ['resized', sharp(one).resize(173), 4],
    ['brighter', sharp(one).linear(1, 12), 4],
    ['grey', sharp(one).grayscale(), 4],
    ['written on', sharp(one).composite([{ input: note, left: 30, top: 400 }]), 8],
    ['cut at the edges', sharp(one).extract({ left: 6, top: 5, width: 588, height: 440 }), 8],
    [
      'turned by its orientation',
      sharp(await sharp(one).rotate(-90).png().toBuffer()).withMetadata({ orientation: 6 }),
      2,
    ],
  ] as const) {
    const distance = apart(look, await lookOf(changed.clone()))
    t.ok(distance <= most, `${name}: ${distance} bits differ`)
  }
  t.ok(apart(look, await lookOf(other)) > 12, 'another picture')
  const mirror = await lookOf(sharp(one).flop())
  t.ok(apart(look, mirror) > 12)
  t.ok(apart(mirroredLook(look ?? ''), mirror) <= 2, 'that of the mirror image is told from the bits')
})

await t.test('a picture without enough in it has no look', async (t) => {
  t.equal(await lookOf(plain([250, 250, 250])), undefined)
  t.equal(await lookOf(plain([10, 20, 200]).ensureAlpha(0)), undefined, 'nor has a transparent one')
  t.equal(await lookOf(plain([90, 60, 30], { width: 1, height: 300 })), undefined)
  t.type(await lookOf(gradient({ width: 300, height: 200 })), 'string')
})

const photos = process.env.LIKENESS_PHOTOS
await t.test('real photos', { skip: photos ? false : 'LIKENESS_PHOTOS is not set' }, async (t) => {
  const folder = photos ?? ''
  const looks = new Map<string, string>()
  for (const name of readdirSync(folder)) {
    const bytes = readFileSync(join(folder, name))
    if (!sniff(bytes) || name.startsWith('truncated') || name.endsWith('.bmp')) continue
    const { look, preview } = await decoder.prepare(bytes, options)
    if (look === undefined) {
      t.comment(`${name} has no look`)
      continue
    }
    // Examples of orientation, and of formats, show the same upright scene.
    looks.set(name.replace(/(-\d)?\.\w+$/, ''), look)
    const smaller = await lookOf(
      sharp(
        await sharp(preview).resize(200).jpeg({ quality: 40 }).flatten({ background: '#ffffff' }).toBuffer(),
      ),
    )
    t.ok(apart(look, smaller) <= 6, `${name}, small and poor: ${apart(look, smaller)} bits differ`)
  }
  for (const [name, look] of looks) {
    for (const [other, its] of looks)
      if (other > name) t.ok(apart(look, its) >= 16, `${name} and ${other}: ${apart(look, its)} bits differ`)
  }
})
