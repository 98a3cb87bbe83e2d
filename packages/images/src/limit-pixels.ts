import { ImageError } from './image-error.js'
import { type Format, pixelLimit } from './loaders.js'

/** @returns how many pixels a picture of this format may have. Throws ImageError `too-many-pixels` for more */
export function limitPixels(
  format: Format,
  { width, height }: { width: number; height: number },
  maxPixels: number,
): number {
  const limit = pixelLimit(format, maxPixels)
  if (width * height > limit) {
    throw new ImageError('too-many-pixels', `The picture has ${width} × ${height} pixels.`)
  }
  return limit
}
