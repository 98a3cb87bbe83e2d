import type { Sharp } from 'sharp'
import { type Area, squareIn, storedArea } from './crop.js'
import { decodeFrames } from './decode-frames.js'
import { decodePixels } from './decode-pixels.js'
import { type EncodeOptions, encodeFrames, type OutputFormat } from './encode.js'
import { type Frames, mapFrames, still } from './frames.js'
import { loaders } from './loaders.js'
import { openPicture, type Picture } from './open-picture.js'

export type RenderOptions = EncodeOptions & {
  /**
   * The area to show, in pixels of the upright picture; the whole picture unless given. Its centred square is
   * used.
   */
  readonly crop?: Area | undefined
  /** Sides of the squares to make, in pixels. A picture or crop smaller than one is enlarged (bicubic). */
  readonly sizes: readonly number[]
  readonly formats: readonly OutputFormat[]
  /** Width × height of the picture at most. */
  readonly maxPixels: number
  /** How many frames of an animation WebP shows at most, from the first; 1 (default) makes stills. */
  readonly frames?: number
}

/**
 * The most an animation may cost: frames times the pixels of the picture and of all sizes. A pixel takes up to
 * 190 ns and 4 bytes, so this keeps within the limits of a decoding process. A longer animation loses its last
 * frames.
 */
const mostFramePixels = 30_000_000

/** One size in one format: upright, sRGB, without metadata. */
export type Variant = {
  readonly size: number
  readonly format: OutputFormat
  readonly bytes: Buffer
}

/**
 * Makes every size in every format. The picture is decoded once, to the largest square; the smaller ones are
 * made from larger ones, with the same quality (SSIM ≥ 0.985) at far less cost. Variants come in the order of `sizes`,
 * and within one size of `formats`.
 */
export async function render(bytes: Buffer, options: RenderOptions): Promise<Variant[]> {
  const { crop, sizes, maxPixels } = options
  const picture = await openPicture(bytes, maxPixels)
  const largest = Math.max(...sizes)
  const area = squareIn(picture, crop)
  const count = countFrames(picture, options)
  const square =
    count > 1
      ? await decodeFrames(picture, area, { size: largest, count })
      : still(await decodePixels(picture, cutSquare(picture, area, largest)))
  return encodeSizes(square, options)
}

/**
 * Makes each size from the smallest one that is at least twice as large: that takes one to two of a photo's hundred
 * milliseconds less than making each from the largest, and comes as close to an exact reduction.
 * @param square of the largest size
 */
export async function encodeSizes(
  square: Frames,
  options: Omit<RenderOptions, 'maxPixels'>,
): Promise<Variant[]> {
  const { sizes, formats } = options
  const made = new Map<number, Frames | Promise<Frames>>([[square.pixels.raw.width, square]])
  for (const size of sizes.toSorted((a, b) => b - a)) {
    const source = [...made].findLast(([side]) => side >= 2 * size)?.[1] ?? square
    if (!made.has(size)) made.set(size, reduce(source, size))
  }
  const bySize = await Promise.all(
    sizes.map(async (size) => {
      const frames = (await made.get(size)) ?? square
      return Promise.all(
        formats.map(async (format) => ({ size, format, bytes: await encodeFrames(frames, format, options) })),
      )
    }),
  )
  return bySize.flat()
}

async function reduce(source: Frames | Promise<Frames>, size: number): Promise<Frames> {
  return mapFrames(await source, (frame) => frame.resize(size, size))
}

/** How many frames of a picture its variants show. */
export function countFrames(
  { width, height, pages }: Picture,
  { sizes, formats, frames = 1 }: Pick<RenderOptions, 'sizes' | 'formats' | 'frames'>,
): number {
  if (!formats.includes('webp')) return 1
  const pixels = width * height + sizes.reduce((sum, size) => sum + size ** 2, 0)
  return Math.max(1, Math.min(frames, pages, Math.floor(mostFramePixels / pixels)))
}

/**
 * Makes an area of the picture a square of `size` pixels. Cutting first is exact and resizes nothing that is
 * not seen, but makes the decoder read the picture in full size; so a large area of a format that can shrink
 * as it loads is resized first and cut then, at most half a pixel of the result off.
 *
 * `autoOrient()` comes last in both: called before `extract()`, it turns the picture before it is shrunk.
 */
function cutSquare(picture: Picture, area: Area, size: number): (stored: Sharp) => Sharp {
  const factor = size / area.width
  if (!loaders[picture.format].shrinksOnLoad || factor > 1 / 2) {
    const { x, y, width, height } = storedArea(area, picture)
    return (stored) =>
      stored.extract({ left: x, top: y, width, height }).resize(size, size, { fit: 'fill' }).autoOrient()
  }
  const width = Math.round(picture.width * factor)
  const height = Math.round(picture.height * factor)
  const left = Math.min(Math.round(area.x * factor), width - size)
  const top = Math.min(Math.round(area.y * factor), height - size)
  return (stored) =>
    stored
      .resize(width, height, { fit: 'fill' })
      .extract({ left, top, width: size, height: size })
      .autoOrient()
}
