import sharp from 'sharp'
import t from 'tap'
import { turnJpeg } from './jpeg-orientation.js'

/** The colours of the four corners of a picture as it is shown. */
async function corners(bytes: Uint8Array) {
  const { data, info } = await sharp(bytes).rotate().removeAlpha().raw().toBuffer({ resolveWithObject: true })
  const at = (x: number, y: number) => {
    const [r = 0, g = 0, b = 0] = data.subarray((y * info.width + x) * 3)
    return r > 200 && g > 200 ? 'yellow' : r > 128 ? 'red' : g > 100 ? 'green' : b > 128 ? 'blue' : 'black'
  }
  const [right, down] = [info.width - 3, info.height - 3]
  return `${info.width} × ${info.height}: ${[at(2, 2), at(right, 2), at(right, down), at(2, down)].join(' ')}`
}

/** Red, green, yellow and blue, clockwise from the upper left, in 48 × 32. */
async function picture() {
  const field = (background: string, left: number, top: number) => ({
    input: { create: { width: 24, height: 16, channels: 3 as const, background } },
    left,
    top,
  })
  return sharp({ create: { width: 48, height: 32, channels: 3, background: '#000' } })
    .composite([field('#d22', 0, 0), field('#2a4', 24, 0), field('#dd2', 24, 16), field('#24d', 0, 16)])
    .png()
    .toBuffer()
}

t.test('a JPEG of every orientation is shown turned a quarter, with the same pixels', async (t) => {
  for (let orientation = 1; orientation <= 8; orientation += 1) {
    const jpeg = await sharp(await picture())
      .withMetadata({ orientation })
      .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
      .toBuffer()
    const before = await corners(jpeg)
    const turned = turnJpeg(Uint8Array.from(jpeg))
    const bytes = Buffer.from(await (turned ?? new Blob()).arrayBuffer())
    const [, size, one, two, three, four] = /^(.*): (\w+) (\w+) (\w+) (\w+)$/.exec(before) ?? []
    const [width, height] = (size ?? '').split(' × ')
    t.equal(await corners(bytes), `${height} × ${width}: ${four} ${one} ${two} ${three}`, `of ${orientation}`)
    const pixels = (given: Buffer) => given.subarray(given.indexOf(Buffer.of(0xff, 0xdb)))
    t.ok(pixels(bytes).equals(pixels(jpeg)), 'its coded pixels stay')
  }
})

t.test('one without EXIF, a damaged one, and what is no JPEG', async (t) => {
  const plain = await sharp(await picture())
    .jpeg()
    .toBuffer()
  const turned = turnJpeg(Uint8Array.from(plain))
  t.match(
    await corners(Buffer.from(await (turned ?? new Blob()).arrayBuffer())),
    /^32 × 48: blue red green yellow$/,
  )
  t.equal(turnJpeg(Uint8Array.from(await picture())), undefined)
  t.equal(turnJpeg(Uint8Array.of(0xff, 0xd8, 0xff, 0xe1, 0xff, 0xff)), undefined)
  t.equal(turnJpeg(new Uint8Array()), undefined)
})
