import type { Sharp } from 'sharp'
import { fromPixels, type Pixels } from './decode-pixels.js'

/** How each format is written. Neither carries metadata: sharp writes none unless told to. */
const encoders = {
  // Effort 2 costs 3 % more bytes than 4 and less than half the time; above 4 a picture with alpha can take seconds.
  webp: (pixels: Sharp) => pixels.webp({ quality: 80, effort: 2 }),
  // Optimised Huffman tables would save 1 % of the bytes for twice the time.
  jpeg: (pixels: Sharp, background: string) =>
    pixels.flatten({ background }).jpeg({ quality: 82, optimiseCoding: false }),
}

export type OutputFormat = keyof typeof encoders

/** @param background `#rrggbb`, seen through transparent pixels where the format has none */
export function encode(pixels: Pixels, format: OutputFormat, background: string): Promise<Buffer> {
  return encoders[format](fromPixels(pixels), background).toBuffer()
}
