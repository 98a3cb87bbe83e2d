import type { DrawOptions } from './draw.js'
import { encode } from './encode.js'
import { toPixels } from './pixels.js'
import { sharp } from './sharp.js'

/**
 * Makes another size and format of a square that this package encoded, as WebP or JPEG. In this process: never
 * for bytes that came from people. Takes some milliseconds, so callers keep the result.
 */
export async function resize(square: Buffer, options: DrawOptions): Promise<Buffer> {
  const { size, format } = options
  const pixels = await toPixels(sharp(square, { limitInputPixels: 2048 * 2048 }).resize(size, size))
  return encode(pixels, format, options)
}
