/*
 * The most this machine gives without a product around it: reads a photo, decodes it once, makes the preview and the
 * ten variants from that decode with the product's own encoder settings, and stores the eleven files durably, as one
 * folder that is synced, renamed and synced in its parent. One of as many processes as the product has decoders.
 */
import { randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import sharp, { type Sharp } from 'sharp'

export type LoopOrder = { readonly photo: string; readonly folder: string; readonly seconds: number }
export type LoopResult = { readonly pictures: number; readonly seconds: number }

/** Each is made from the one before, as the product does. */
const sizes = [512, 256, 128, 64, 32]
const background = '#ffffff'
const webp = { quality: 80, effort: 2 }
const jpeg = { quality: 82, optimiseCoding: false }
const previewWebp = { quality: 75, effort: 0 }

sharp.concurrency(1)
sharp.cache(false)
process.once('message', (order) => void run(order as LoopOrder))
process.once('disconnect', () => process.exit())
process.send?.('ready')

async function run({ photo, folder, seconds }: LoopOrder): Promise<void> {
  const began = performance.now()
  const elapsed = () => (performance.now() - began) / 1000
  let pictures = 0
  while (elapsed() < seconds) {
    await store(folder, await makeAll(await readFile(photo)))
    pictures += 1
  }
  process.send?.({ pictures, seconds: elapsed() } satisfies LoopResult)
}

type File = readonly [name: string, bytes: Buffer]

async function makeAll(photo: Buffer): Promise<File[]> {
  const whole = await pixels(sharp(photo).resize(1024, 1024, { fit: 'inside' }).autoOrient())
  const squares = []
  let larger = whole
  for (const size of sizes) {
    larger = await pixels(from(larger).resize(size, size))
    squares.push(larger)
  }
  const preview = async (): Promise<File> => ['preview.webp', await from(whole).webp(previewWebp).toBuffer()]
  const variants = squares.flatMap((square) => {
    const size = square.raw.width
    return [
      async (): Promise<File> => [`${size}.webp`, await from(square).webp(webp).toBuffer()],
      async (): Promise<File> => [
        `${size}.jpg`,
        await from(square).flatten({ background }).jpeg(jpeg).toBuffer(),
      ],
    ]
  })
  return Promise.all([preview, ...variants].map((make) => make()))
}

async function pixels(picture: Sharp) {
  const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true })
  return { data, raw: { width: info.width, height: info.height, channels: info.channels } }
}

const from = ({ data, raw }: Awaited<ReturnType<typeof pixels>>) => sharp(data, { raw })

async function store(folder: string, files: readonly File[]): Promise<void> {
  const name = randomUUID()
  const unfinished = join(folder, `${name}.part`)
  await mkdir(unfinished)
  await Promise.all(files.map(([file, bytes]) => writeSynced(join(unfinished, file), bytes)))
  await sync(unfinished)
  await rename(unfinished, join(folder, name))
  await sync(folder)
}

async function writeSynced(path: string, bytes: Buffer): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  await file.write(bytes)
  await file.sync()
  await file.close()
}

async function sync(folder: string): Promise<void> {
  const opened = await open(folder)
  await opened.sync()
  await opened.close()
}
