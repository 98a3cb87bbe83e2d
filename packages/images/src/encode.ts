import type { Sharp } from 'sharp'
import { type Frames, frameHeight, frameOf } from './frames.js'
import { fromPixels, type Pixels } from './pixels.js'

export type EncodeOptions = {
  /** `#rrggbb`, seen through transparent pixels in formats that have none. */
  readonly background: string
  /** 0 (default) to 9: how long AVIF may take for fewer bytes. 512 px cost 12 ms with 0, 640 ms with 4. */
  readonly avifEffort?: number
}

/** How each format is written. None carries metadata: sharp writes none unless told to. */
const encoders = {
  avif: (pixels, { avifEffort = 0 }) => pixels.avif({ quality: 55, effort: avifEffort }),
  // Effort 2 costs 3 % more bytes than 4 and less than half the time; above 4 a picture with alpha can take seconds.
  webp: (pixels) => pixels.webp({ quality: 80, effort: 2 }),
  // Optimised Huffman tables would save 1 % of the bytes for twice the time.
  jpeg: (pixels, { background }) =>
    pixels.flatten({ background }).jpeg({ quality: 82, optimiseCoding: false }),
  png: (pixels) => pixels.png({ compressionLevel: 6 }),
} satisfies Record<string, (pixels: Sharp, options: EncodeOptions) => Sharp>

/** WebP is animated, the other formats show the first frame. */
export function encodeFrames(frames: Frames, format: OutputFormat, options: EncodeOptions): Promise<Buffer> {
  if (format !== 'webp' || frames.delay.length === 1) return encode(frameOf(frames, 0), format, options)
  const { data, raw } = frames.pixels
  const film = { data, raw: { ...raw, pageHeight: frameHeight(frames) } }
  return encoders
    .webp(fromPixels(film))
    .webp({ delay: [...frames.delay], loop: frames.loop })
    .toBuffer()
}

export type EncodedFormat = keyof typeof encoders

/** The formats of variants. */
export type OutputFormat = Exclude<EncodedFormat, 'png'>

export function encode(pixels: Pixels, format: EncodedFormat, options: EncodeOptions): Promise<Buffer> {
  return encoders[format](fromPixels(pixels), options).toBuffer()
}

/**
 * Encodes a preview, which one person looks at once. Effort 0 takes half of the time of 2, so it is seen sooner;
 * quality 75 makes up for the bytes.
 */
export function encodePreview(pixels: Pixels): Promise<Buffer> {
  return fromPixels(pixels).webp({ quality: 75, effort: 0 }).toBuffer()
}
