import { ImageError } from './image-error.js'
import type { Format } from './loaders.js'
import { openPicture } from './open-picture.js'

/** What a picture's header says of it. */
export type Probe = {
  readonly format: Format
  /** Pixels of the upright picture. */
  readonly width: number
  readonly height: number
  /** 1–8, as in EXIF: how the stored picture is turned to be upright. */
  readonly orientation: number
  /** Frames of an animation, else 1. */
  readonly pages: number
}

/**
 * Reads a picture's header and nothing else, so it costs a fraction of a millisecond whatever the picture
 * claims to be. A damaged picture may pass: only `Decoder.prepare` decodes it all.
 *
 * @param limits `maxPixels`: width × height at most; `minPixels`: width and height, each at least
 * @throws ImageError `unsupported-image` (the message says what was seen), `invalid-image`,
 *   `too-many-pixels`, `image-too-small`
 */
export async function probe(bytes: Buffer, limits: { maxPixels: number; minPixels: number }): Promise<Probe> {
  const { format, width, height, orientation, pages } = await openPicture(bytes, limits.maxPixels)
  if (Math.min(width, height) < limits.minPixels) {
    throw new ImageError('image-too-small', `The picture has ${width} × ${height} pixels.`)
  }
  return { format, width, height, orientation, pages }
}
