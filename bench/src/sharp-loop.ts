/*
 * A bare sharp loop, in a process of its own so that its memory can be watched: reads one photo, makes the ten
 * variants again and again, some at once, for a time, and keeps nothing. Told by its parent how.
 *
 * `each` is what most would write, one pipeline per variant. `shared` makes the largest square once and the rest
 * from its pixels, encoded as the product does, which is the most this machine gives without a product around it.
 */
import { readFile } from 'node:fs/promises'
import sharp from 'sharp'

export type LoopOrder = { photo: string; way: 'each' | 'shared'; atOnce: number; seconds: number }
export type LoopResult = { pictures: number; seconds: number }

const sizes = [512, 256, 128, 64, 32]
const background = '#ffffff'

const ways = {
  each: (photo: Buffer) =>
    sizes.flatMap((size) => {
      const square = () => sharp(photo).autoOrient().resize(size, size)
      return [
        square().webp({ quality: 80 }).toBuffer(),
        square().flatten({ background }).jpeg({ quality: 82 }).toBuffer(),
      ]
    }),
  shared: async (photo: Buffer) => {
    const { data, info } = await sharp(photo)
      .autoOrient()
      .resize(512, 512)
      .raw()
      .toBuffer({ resolveWithObject: true })
    const raw = { width: info.width, height: info.height, channels: info.channels }
    await Promise.all(
      sizes.flatMap((size) => {
        const square = () => sharp(data, { raw }).resize(size, size)
        return [
          square().webp({ quality: 80, effort: 2 }).toBuffer(),
          square().flatten({ background }).jpeg({ quality: 82, optimiseCoding: false }).toBuffer(),
        ]
      }),
    )
  },
}

process.once('message', (order) => void run(order as LoopOrder))

async function run({ photo: path, way, atOnce, seconds }: LoopOrder): Promise<void> {
  sharp.concurrency(1)
  sharp.cache(false)
  const photo = await readFile(path)
  const began = performance.now()
  let pictures = 0
  const oneAfterAnother = async () => {
    while (performance.now() - began < seconds * 1000) {
      await Promise.all([ways[way](photo)].flat())
      pictures += 1
    }
  }
  await Promise.all(Array.from({ length: atOnce }, oneAfterAnother))
  process.send?.({ pictures, seconds: (performance.now() - began) / 1000 } satisfies LoopResult)
}
