import type { Sharp, SharpOptions } from 'sharp'
import { pictureInBmp } from './bmp-header.js'
import { describeBytes, isAnimationAlone } from './describe-bytes.js'
import type { ColourProfile } from './header.js'
import { withoutSequence } from './heif-primary.js'
import { ImageError } from './image-error.js'
import { limitPixels } from './limit-pixels.js'
import { type Format, loaders, sniff } from './loaders.js'
import { sharp } from './sharp.js'

/** A picture whose header was read, and nothing of its pixels. Sizes are of the UPRIGHT picture. */
export type Picture = {
  readonly bytes: Buffer
  readonly format: Format
  readonly width: number
  readonly height: number
  /**
   * 1–8, as in EXIF (CIPA DC-008, tag 0x0112): how the decoded picture is turned to be upright. Always 1 for
   * formats whose decoders turn it themselves.
   */
  readonly orientation: number
  /** Frames of an animation, else 1. */
  readonly pages: number
  /** How long each frame is shown, in milliseconds, and how often the animation plays; 0 means without end. */
  readonly delay: readonly number[]
  readonly loop: number
  /** Whether its RGB numbers are in a colour space of their own (Display P3, Adobe RGB, or sRGB itself). */
  readonly hasRgbProfile: boolean
  /** The ICC profile of a picture whose decoder does not pass it on. */
  readonly profile: ColourProfile
  /** Starts a pipeline of libvips over its first frame, or its first `pages`, as stored: not upright. */
  readonly decode: (options?: { ignoreIcc?: boolean; pages?: number }) => Sharp
}

/**
 * Reads the header of a picture.
 *
 * @param maxPixels the most it may have, or fewer where `pixelLimit` says so; more throws before anything is
 *   decoded
 * @throws ImageError `unsupported-image`, `invalid-image`, `too-many-pixels`
 */
export async function openPicture(bytes: Buffer, maxPixels: number): Promise<Picture> {
  const format = sniff(bytes)
  if (!format || isAnimationAlone(bytes, format))
    throw new ImageError('unsupported-image', `This is ${describeBytes(bytes).en}.`)
  const inside = format === 'bmp' ? pictureInBmp(bytes) : undefined
  // Not another BMP, which could hold another, and so on.
  if (inside && sniff(inside) !== 'bmp') return openPicture(inside, maxPixels)

  // 'error' accepts real pictures that the stricter default refuses; header and pixels are read alike.
  const options = { failOn: 'error', limitInputPixels: false } satisfies SharpOptions
  const header = await readHeader(bytes, format, options).catch((cause: unknown) => {
    throw new ImageError('invalid-image', 'The picture is damaged: its header cannot be read.', { cause })
  })
  const limit = limitPixels(format, header, maxPixels)
  return {
    bytes,
    format,
    ...header,
    decode: (more) =>
      sharp(format === 'avif' ? withoutSequence(bytes, format) : bytes, {
        ...options,
        ...more,
        limitInputPixels: limit * (more?.pages ?? 1),
      }),
  }
}

type HeaderParts = Omit<Picture, 'bytes' | 'format' | 'decode'>

async function readHeader(bytes: Buffer, format: Format, options: SharpOptions): Promise<HeaderParts> {
  const { readHeader } = loaders[format]
  if (readHeader) {
    const { width, height, profile } = readHeader(bytes)
    const hasRgbProfile = profile === 'p3' || isRgbProfile(profile)
    return { width, height, orientation: 1, pages: 1, delay: [], loop: 0, hasRgbProfile, profile }
  }
  const header = await sharp(bytes, options).metadata()
  return {
    ...header.autoOrient,
    orientation: header.orientation ?? 1,
    pages: header.pages ?? 1,
    delay: header.delay ?? [],
    loop: header.loop ?? 0,
    hasRgbProfile: isRgbProfile(header.icc) && ['srgb', 'rgb', 'rgb16'].includes(header.space),
    profile: undefined,
  }
}

/** ICC.1:2022, 7.2.6: the colour space of the data. */
const isRgbProfile = (profile: Buffer | undefined) => profile?.toString('latin1', 16, 20) === 'RGB '
