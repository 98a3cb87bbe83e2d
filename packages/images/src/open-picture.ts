import type { Sharp, SharpOptions } from 'sharp'
import { describeBytes } from './describe-bytes.js'
import { ImageError } from './image-error.js'
import { type Format, sniff } from './loaders.js'
import { sharp } from './sharp.js'

/** A picture whose header was read, and nothing of its pixels. Sizes are of the UPRIGHT picture. */
export type Picture = {
  readonly format: Format
  readonly width: number
  readonly height: number
  /** 1–8, as in EXIF (CIPA DC-008, tag 0x0112): how the stored picture is turned to be upright. */
  readonly orientation: number
  /** Frames of an animation, else 1. Only the first is ever decoded. */
  readonly pages: number
  /** Whether its RGB numbers are in a colour space of their own (Display P3, Adobe RGB, or sRGB itself). */
  readonly hasRgbProfile: boolean
  /** Starts a pipeline over its first frame as stored: not upright. */
  readonly decode: (options?: { ignoreIcc: boolean }) => Sharp
}

/**
 * Reads the header of a picture.
 *
 * @param maxPixels the most it may have; more throws before anything is decoded
 * @throws ImageError `unsupported-image`, `invalid-image`, `too-many-pixels`
 */
export async function openPicture(bytes: Buffer, maxPixels: number): Promise<Picture> {
  const format = sniff(bytes)
  if (!format) throw new ImageError('unsupported-image', `This is ${describeBytes(bytes)}.`)

  // 'error' accepts real pictures that the stricter default refuses; header and pixels are read alike.
  const options = { failOn: 'error', limitInputPixels: false } satisfies SharpOptions
  const header = await sharp(bytes, options)
    .metadata()
    .catch((cause: unknown) => {
      throw new ImageError('invalid-image', 'The picture is damaged: its header cannot be read.', { cause })
    })
  const { width, height } = header.autoOrient
  if (width * height > maxPixels) {
    throw new ImageError('too-many-pixels', `The picture has ${width} × ${height} pixels.`)
  }
  return {
    format,
    width,
    height,
    orientation: header.orientation ?? 1,
    pages: header.pages ?? 1,
    hasRgbProfile:
      header.icc?.toString('latin1', 16, 20) === 'RGB ' && ['srgb', 'rgb', 'rgb16'].includes(header.space),
    decode: (more) => sharp(bytes, { ...options, ...more, limitInputPixels: maxPixels }),
  }
}
