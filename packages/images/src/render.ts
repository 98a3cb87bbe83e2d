import type { Sharp } from 'sharp'
import { type Area, squareIn, storedArea } from './crop.js'
import { decodePixels } from './decode-pixels.js'
import { type EncodeOptions, encode, type OutputFormat } from './encode.js'
import { loaders } from './loaders.js'
import { openPicture, type Picture } from './open-picture.js'
import { fromPixels, type Pixels, toPixels } from './pixels.js'

export type RenderOptions = EncodeOptions & {
  /**
   * What to show, in pixels of the upright picture; without it the whole picture. The centred square of it is
   * used.
   */
  readonly crop?: Area | undefined
  /** Sides of the squares to make, in pixels. A picture or crop smaller than one is enlarged (bicubic). */
  readonly sizes: readonly number[]
  readonly formats: readonly OutputFormat[]
  /** Width × height of the picture at most. */
  readonly maxPixels: number
}

/** One size in one format: upright, sRGB, without metadata. */
export type Variant = {
  readonly size: number
  readonly format: OutputFormat
  readonly bytes: Buffer
}

/**
 * Makes every size in every format. The picture is decoded once, to the largest square; the smaller ones are
 * made from that, as good as directly (SSIM ≥ 0.985) and far cheaper. Variants come in the order of `sizes`,
 * and within one size of `formats`.
 */
export async function render(bytes: Buffer, options: RenderOptions): Promise<Variant[]> {
  const { crop, sizes, formats, maxPixels } = options
  const picture = await openPicture(bytes, maxPixels)
  const largest = Math.max(...sizes)
  const square = await decodePixels(picture, cutSquare(picture, squareIn(picture, crop), largest))

  const bySize = await Promise.all(
    sizes.map(async (size) => {
      const pixels = size === largest ? square : await shrink(square, size)
      return Promise.all(
        formats.map(async (format) => ({ size, format, bytes: await encode(pixels, format, options) })),
      )
    }),
  )
  return bySize.flat()
}

function shrink(square: Pixels, size: number): Promise<Pixels> {
  return toPixels(fromPixels(square).resize(size, size))
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
