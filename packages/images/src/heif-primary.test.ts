/* Files that hold more than the one picture people mean. */
import sharp from 'sharp'
import t from 'tap'
import { describeBytes, openDecoder, sniff } from './index.js'
import { near, pixelAt, plain } from './test-pictures.js'

const decoder = openDecoder({ children: 1 })
t.teardown(() => decoder.close())

const options = { maxPixels: 50_000_000, previewSize: 1024 }

/** A HEIC file of two pictures of 64 × 64: a red one, which is the primary one, and a blue one. */
const twoPictures = Buffer.from(
  [
    'AAAAKGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZm1pZjFoZWljbWlhZgAAAgttZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAA',
    'AAAAAAAAAAAAAA5waXRtAAAAAAABAAAANGlsb2MAAAAAREAAAgABAAAAAAI7AAEAAAAAAAAAHQACAAAAAAJYAAEAAAAAAAAAHQAAADhp',
    'aW5mAAAAAAACAAAAFWluZmUCAAAAAAEAAGh2YzEAAAAAFWluZmUCAAAAAAIAAGh2YzEAAAABZGlwcnAAAAFAaXBjbwAAAHhodmNDAQNw',
    'AAAAAAAAAAAAHvAA/P34+AAADwMgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQCEAAQArQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq',
    'SSmubgQEDAgAAAMACAAAAwAIQCIAAQAHRAHBcrAiQAAAABRpc3BlAAAAAAAAAEAAAABAAAAAEHBpeGkAAAAAAwgICAAAAHhodmNDAQNw',
    'AAAAAAAAAAAAHvAA/P34+AAADwMgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQCEAAQArQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq',
    'SSmubgQEDAgAAAMACAAAAwAIQCIAAQAHRAHBcrAiQAAAABRpc3BlAAAAAAAAAEAAAABAAAAAEHBpeGkAAAAAAwgICAAAABxpcG1hAAAA',
    'AAAAAAIAAQOBAoMAAgOEBYYAAABCbWRhdAAAABkoAa8TgOaocNP//iaUf/0654fp5dLSeb98AAAAGSgBrxOA5TPAn//4ZCiv/gIdX+/U',
    'K1Q9T4A=',
  ].join(''),
  'base64',
)

await t.test(
  'of a HEIC file with several pictures, the primary one',
  { skip: !sniff(twoPictures) },
  async (t) => {
    for (const [item, brand, colour] of [
      [1, 'heic', [255, 0, 0]],
      [2, 'heic', [0, 0, 255]],
      [2, 'hevc', [0, 0, 255]],
      [2, 'heis', [0, 0, 255]],
    ] as const) {
      const bytes = Buffer.from(twoPictures)
      bytes.writeUInt16BE(item, bytes.indexOf('pitm') + 8)
      bytes.write(brand, 8)
      const { preview } = await decoder.prepare(bytes, options)
      t.ok(near(await pixelAt(preview, 30, 20), colour, 3), `item ${item}, ${brand}`)
    }
  },
)

/** An AVIF file of 128 × 128 in four tiles, as encoders cut large pictures: red, green, blue and yellow. */
const grid = Buffer.from(
  [
    'AAAAIGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZk1BMUEAAAHhbWV0YQAAAAAAAAAoaGRscgAAAAAAAAAAcGljdAAAAAAAAAAAAAAAAGxpYmF2',
    'aWYAAAAADnBpdG0AAAAAAAEAAABWaWxvYwAAAABEAAAFAAEAAAABAAACCQAAAAgAAgAAAAEAAAIRAAAAJAADAAAAAQAAAjUAAAAjAAQAAAAB',
    'AAACWAAAACUABQAAAAEAAAJ9AAAAJAAAAJBpaW5mAAAAAAAFAAAAGmluZmUCAAAAAAEAAGdyaWRDb2xvcgAAAAAaaW5mZQIAAAEAAgAAYXYw',
    'MUNvbG9yAAAAABppbmZlAgAAAQADAABhdjAxQ29sb3IAAAAAGmluZmUCAAABAAQAAGF2MDFDb2xvcgAAAAAaaW5mZQIAAAEABQAAYXYwMUNv',
    'bG9yAAAAACBpcmVmAAAAAAAAABRkaW1nAAEABAACAAMABAAFAAAAmWlwcnAAAABfaXBjbwAAABRpc3BlAAAAAAAAAIAAAACAAAAAEHBpeGkA',
    'AAAAAwgICAAAABNjb2xybmNseAABAA0ABoAAAAAUaXNwZQAAAAAAAABAAAAAQAAAAAxhdjFDgSAAAAAAADJpcG1hAAAAAAAAAAUAAQMBAgMA',
    'AgQEAoUDAAMEBAKFAwAEBAQChQMABQQEAoUDAAAAoG1kYXQAAAEBAIAAgBIACgk4FX/9hAQ0GkAyFRZABhhhhAC0g+tE+FJWqZsf4LzAxhIA',
    'Cgk4FX/9hAQ0GkAyFBZABhhhhAC0eFMx+Hq0sUv1yo7AEgAKCTgVf/2EBDQaQDIWFkAGGGGEALSD6irqxKO1KParrmjEgBIACgk4FX/9hAQ0',
    'GkAyFRZABhhhhAC0g1qmTXuXWUakmyEweA==',
  ].join(''),
  'base64',
)

await t.test('of an AVIF grid, all tiles', async (t) => {
  const { preview, width, height } = await decoder.prepare(grid, options)
  t.strictSame({ width, height }, { width: 128, height: 128 })
  for (const [x, y, colour] of [
    [30, 30, [224, 32, 32]],
    [98, 30, [32, 192, 32]],
    [30, 98, [32, 64, 224]],
    [98, 98, [224, 224, 32]],
  ] as const)
    t.ok(near(await pixelAt(preview, x, y), colour, 12), `${x}, ${y}`)
})

await t.test('an animation without a picture for a still is named as what it is', async (t) => {
  const box = (type: string, body: Buffer) => {
    const head = Buffer.alloc(8)
    head.writeUInt32BE(8 + body.length)
    head.write(type, 4)
    return Buffer.concat([head, body])
  }
  const brands = (major: string) => box('ftyp', Buffer.from(`${major}\0\0\0\0${major}msf1`))
  const moov = box('moov', box('mvhd', Buffer.alloc(100)))
  for (const [major, en, fr] of [
    ['avis', 'an animated AVIF picture', 'une image AVIF animée'],
    ['hevc', 'an animated HEIC picture', 'une image HEIC animée'],
  ] as const) {
    const bytes = Buffer.concat([brands(major), moov])
    if (!sniff(bytes)) continue
    t.strictSame(describeBytes(bytes), { en, fr })
    await t.rejects(decoder.prepare(bytes, options), { code: 'unsupported-image' })
  }
})

await t.test('of an AVIF sequence, the picture it gives for a still', async (t) => {
  const bytes = await plain([200, 80, 40]).avif({ quality: 90 }).toBuffer()
  t.equal(bytes.toString('latin1', 8, 12), 'avif')
  bytes.write('avis', 8)
  bytes.write('avis', 16)
  const { preview, width, height } = await decoder.prepare(bytes, options)
  t.strictSame({ width, height }, { width: 64, height: 48 })
  t.ok(near(await pixelAt(preview, 30, 20), [200, 80, 40], 3))
  const [variant] = await decoder.render(bytes, {
    sizes: [32],
    formats: ['jpeg'],
    background: '#ffffff',
    maxPixels: options.maxPixels,
  })
  t.match(await sharp(variant?.bytes).metadata(), { format: 'jpeg', width: 32 })
})
