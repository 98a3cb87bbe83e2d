/* Files that hold more than the one picture people mean. */
import sharp from 'sharp'
import t from 'tap'
import { openDecoder, sniff } from './index.js'
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
