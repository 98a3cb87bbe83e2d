/* The three readers that meet hostile bytes in the HTTP process: whatever comes, an answer that can be used, or an error. */
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { readBmpHeader } from './bmp-header.js'
import type { Header } from './header.js'
import { readHeifHeader } from './heif-header.js'
import { ImageError } from './image-error.js'
import { readJpegHeader } from './jpeg-header.js'
import { probe } from './probe.js'
import { bmp } from './test-bmp.js'
import { box, heic, turn, u32 } from './test-heif.js'
import { gradient } from './test-pictures.js'

const size = { width: 40, height: 30 }
const runs = 10_000
const samples = {
  jpeg: await gradient(size, 6).jpeg().toBuffer(),
  avif: await gradient(size).avif({ effort: 0 }).toBuffer(),
  'heic with a crop and a turn': heic({
    more: [box('clap', u32(4000, 1, 6000, 2, 0, 1, 0, 1)), turn(1)],
  }),
  bmp: await bmp(gradient(size), '8'),
  'bmp of bit masks': await bmp(gradient(size), '16'),
  'bmp of OS/2': await bmp(gradient(size), 'os2 24'),
}

/** Values that break readers: ends of ranges, and lengths that point before, at or past the end. */
const telling = fc.oneof(
  fc.constantFrom(
    0,
    1,
    2,
    7,
    8,
    0x7f,
    0x80,
    0xff,
    0x7fff,
    0x8000,
    0xffff,
    0x7fffffff,
    0x80000000,
    0xffffffff,
  ),
  fc.nat({ max: 0xffffffff }),
)
const edit = fc.record({
  at: fc.nat({ max: 1_000 }),
  bytes: fc.constantFrom(1, 2, 4),
  little: fc.boolean(),
  value: telling,
})

/** A sound picture with a few numbers of its first kilobyte replaced, perhaps cut. */
const damaged = (sound: Buffer) =>
  fc
    .tuple(fc.array(edit, { maxLength: 6 }), fc.option(fc.nat({ max: sound.length })))
    .map(([edits, length]) => {
      const bytes = Buffer.from(sound.subarray(0, length ?? sound.length))
      for (const { at, bytes: width, little, value } of edits) {
        const place = at % Math.max(1, bytes.length - width)
        if (place + width > bytes.length) continue
        const fitting = value % 2 ** (8 * width)
        if (little) bytes.writeUIntLE(fitting, place, width)
        else bytes.writeUIntBE(fitting, place, width)
      }
      return bytes
    })

const isSide = (side: number) => Number.isInteger(side) && side > 0

/** Reads, or throws an Error of its own. */
function readOr<Read>(read: () => Read): Read | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof Error) return undefined
    throw error
  }
}

const readers: [
  name: keyof typeof samples,
  read: (bytes: Buffer) => Pick<Header, 'width' | 'height'> | undefined,
][] = [
  ['jpeg', readJpegHeader],
  ['avif', readHeifHeader],
  ['heic with a crop and a turn', readHeifHeader],
  ['bmp', readBmpHeader],
  ['bmp of bit masks', readBmpHeader],
  ['bmp of OS/2', readBmpHeader],
]

for (const [name, read] of readers) {
  t.test(`a reader of ${name} gives whole sides or an error`, async (t) => {
    t.match(read(samples[name]), { width: Number, height: Number }, 'the sound picture is read')
    holds(
      t,
      fc.property(damaged(samples[name]), (bytes) => {
        const header = readOr(() => read(bytes))
        return header === undefined || (isSide(header.width) && isSide(header.height))
      }),
    )
    holds(
      t,
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const header = readOr(() => read(Buffer.from(bytes)))
        return header === undefined || (isSide(header.width) && isSide(header.height))
      }),
    )
  })
}

t.test('probe answers with a picture within the limits or a problem of the table', async (t) => {
  const limits = { maxPixels: 1_000_000, minPixels: 16 }
  const anyDamaged = fc.oneof(...Object.values(samples).map(damaged))
  await holdsLater(
    t,
    fc.asyncProperty(anyDamaged, async (bytes) => {
      try {
        const { width, height, orientation, pages } = await probe(bytes, limits)
        return (
          isSide(width) &&
          isSide(height) &&
          width * height <= limits.maxPixels &&
          Math.min(width, height) >= limits.minPixels &&
          orientation >= 1 &&
          orientation <= 8 &&
          isSide(pages)
        )
      } catch (error) {
        return error instanceof ImageError
      }
    }),
  )
})

function holds(t: Test, property: fc.IProperty<[Buffer]> | fc.IProperty<[Uint8Array]>): void {
  fc.assert(property as fc.IProperty<[Buffer]>, { numRuns: runs })
  t.pass(`${runs} damaged files`)
}

async function holdsLater(t: Test, property: fc.IAsyncProperty<[Buffer]>): Promise<void> {
  await fc.assert(property, { numRuns: 2_000 })
  t.pass('2000 damaged files')
}
