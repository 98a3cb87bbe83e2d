/* Pictures the tests make for themselves, and ways to look at what came out. */
import { deflateSync } from 'node:zlib'
import sharp, { type Sharp } from 'sharp'
import { pngChunk } from './png-chunk.js'

export type Colour = readonly [red: number, green: number, blue: number]

/** Red grows to the right and green downwards, so each pixel tells where in the picture it was. */
export function gradientAt(x: number, y: number, size: { width: number; height: number }): Colour {
  return [64 + (x / size.width) * 128, 64 + (y / size.height) * 128, 128]
}

/**
 * For each EXIF orientation, which side of the upright picture the first stored row and the first stored
 * column are (CIPA DC-008, tag 0x0112).
 */
const firstRowAndColumn = [
  ['top', 'left'],
  ['top', 'right'],
  ['bottom', 'right'],
  ['bottom', 'left'],
  ['left', 'top'],
  ['right', 'top'],
  ['right', 'bottom'],
  ['left', 'bottom'],
] as const

/**
 * A picture of which each upright pixel is given, stored turned as the orientation says, as a pipeline.
 *
 * @param pixelAt the colour of a pixel, and its alpha as a fourth number; every pixel has as many numbers
 */
export function picture(
  size: { width: number; height: number },
  orientation: number,
  pixelAt: (x: number, y: number) => readonly number[],
): Sharp {
  const sides = firstRowAndColumn[orientation - 1] ?? ['top', 'left']
  const turned = orientation > 4
  const [columns, rows] = turned ? [size.height, size.width] : [size.width, size.height]
  const channels = pixelAt(0, 0).length as 3 | 4
  const data = Buffer.alloc(columns * rows * channels)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [x, y] = turned ? [row, column] : [column, row]
      const uprightX = (sides as readonly string[]).includes('right') ? size.width - 1 - x : x
      const uprightY = (sides as readonly string[]).includes('bottom') ? size.height - 1 - y : y
      data.set(pixelAt(uprightX, uprightY), (row * columns + column) * channels)
    }
  }
  const pixels = sharp(data, { raw: { width: columns, height: rows, channels } })
  return orientation === 1 ? pixels : pixels.withMetadata({ orientation })
}

/** A gradient whose upright size is given, stored turned as the orientation says, as a pipeline. */
export function gradient(size: { width: number; height: number }, orientation = 1): Sharp {
  return picture(size, orientation, (x, y) => gradientAt(x, y, size))
}

/** A picture of one colour, as a pipeline. */
export function plain(colour: Colour, size = { width: 64, height: 48 }): Sharp {
  return sharp({ create: { ...size, channels: 3, background: rgb(colour) } })
}

/** Random pixels: the heaviest a picture can be for its size. */
export function noise(size: { width: number; height: number }): Sharp {
  return sharp({
    create: {
      ...size,
      channels: 3,
      background: '#000000',
      noise: { type: 'gaussian', mean: 128, sigma: 40 },
    },
  })
}

/** Frames of one colour each. */
export async function animation(format: 'gif' | 'webp', colours: readonly Colour[]): Promise<Buffer> {
  return (await animate(colours.map((colour) => plain(colour))))[format]().toBuffer()
}

/** An animation of these pictures, which are of one size, as a pipeline. */
export async function animate(pictures: readonly Sharp[]): Promise<Sharp> {
  const frames = await Promise.all(pictures.map((one) => one.png().toBuffer()))
  return sharp(frames, { join: { animated: true } })
}

/** The colour of one pixel of an encoded picture; alpha, if any, as a fourth number. */
export async function pixelAt(encoded: Buffer, x: number, y: number): Promise<number[]> {
  return (await blocksOf(encoded))(x, y, 1)
}

/**
 * Decodes a picture; the function returned gives the mean colour of a square block of it, in which what
 * compression does to single pixels cancels out.
 */
export async function blocksOf(encoded: Buffer): Promise<(x: number, y: number, side: number) => number[]> {
  const { data, info } = await sharp(encoded).raw().toBuffer({ resolveWithObject: true })
  return (x, y, side) => {
    const sums = new Array<number>(info.channels).fill(0)
    for (let row = y; row < y + side; row++) {
      for (let i = 0; i < side * info.channels; i++) {
        const channel = i % info.channels
        sums[channel] = (sums[channel] ?? 0) + (data[(row * info.width + x) * info.channels + i] ?? 0)
      }
    }
    return sums.map((sum) => sum / side ** 2)
  }
}

/** Whether two colours differ by at most `tolerance` in every channel. */
export function near(found: readonly number[], wanted: readonly number[], tolerance: number): boolean {
  return (
    found.length === wanted.length &&
    found.every((value, channel) => Math.abs(value - (wanted[channel] ?? 0)) <= tolerance)
  )
}

/**
 * An ICC profile (ICC.1:2001-04) of an RGB space with a plain gamma and these primaries, as X, Y, Z under D50.
 */
export function matrixProfile(gamma: number, primaries: readonly [Colour, Colour, Colour]): Buffer {
  const tags: [string, Buffer][] = [
    ['desc', Buffer.concat([Buffer.from('desc\0\0\0\0\0\0\0\x05test\0'), Buffer.alloc(78)])],
    ['cprt', Buffer.from('text\0\0\0\0none\0')],
    ['wtpt', xyz([0.9642, 1, 0.8249])],
    ['rXYZ', xyz(primaries[0])],
    ['gXYZ', xyz(primaries[1])],
    ['bXYZ', xyz(primaries[2])],
    ...(['rTRC', 'gTRC', 'bTRC'] as const).map((name): [string, Buffer] => [name, curve(gamma)]),
  ]
  const header = Buffer.alloc(128)
  header.write('lcms\x02\x10\0\0mntrRGB XYZ ', 4, 'latin1')
  header.write('acsp', 36, 'latin1')
  xyz([0.9642, 1, 0.8249]).copy(header, 68, 8)
  const table = Buffer.alloc(4 + 12 * tags.length)
  table.writeUInt32BE(tags.length)
  let offset = header.length + table.length
  const contents = tags.map(([name, content], index) => {
    table.write(name, 4 + 12 * index, 'latin1')
    table.writeUInt32BE(offset, 8 + 12 * index)
    table.writeUInt32BE(content.length, 12 + 12 * index)
    const padded = Buffer.concat([content, Buffer.alloc(-content.length & 3)])
    offset += padded.length
    return padded
  })
  const profile = Buffer.concat([header, table, ...contents])
  profile.writeUInt32BE(profile.length)
  return profile
}

function xyz(values: Colour): Buffer {
  const tag = Buffer.from('XYZ \0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0')
  values.forEach((value, index) => void tag.writeInt32BE(Math.round(value * 65536), 8 + 4 * index))
  return tag
}

function curve(gamma: number): Buffer {
  const tag = Buffer.from('curv\0\0\0\0\0\0\0\x01\0\0')
  tag.writeUInt16BE(Math.round(gamma * 256), 12)
  return tag
}

/** Puts a profile into a JPEG without touching its pixels. */
export function tagJpeg(jpeg: Buffer, profile: Buffer): Buffer {
  const content = Buffer.concat([Buffer.from('ICC_PROFILE\0\x01\x01'), profile])
  const marker = Buffer.from([0xff, 0xe2, 0, 0])
  marker.writeUInt16BE(content.length + 2, 2)
  return Buffer.concat([jpeg.subarray(0, 2), marker, content, jpeg.subarray(2)])
}

/** A PNG that claims a size and, unless told otherwise, holds next to nothing of it. */
export function emptyPng(
  width: number,
  height: number,
  { depth = 8, pixels = deflateSync(Buffer.alloc(1000)) } = {},
): Buffer {
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, depth, depth === 1 ? 0 : 2, 0, 0, 0])
  header.writeUInt32BE(width)
  header.writeUInt32BE(height, 4)
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    pngChunk('IHDR', header),
    pngChunk('IDAT', pixels),
    pngChunk('IEND', Buffer.alloc(0)),
  ])
}

function rgb([r, g, b]: Colour) {
  return { r, g, b }
}
