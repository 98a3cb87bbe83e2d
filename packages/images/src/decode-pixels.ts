import type { CreateRaw, Sharp } from 'sharp'
import { ImageError } from './image-error.js'
import type { Picture } from './open-picture.js'
import { sharp } from './sharp.js'

/** 8-bit sRGB pixels in memory: 3 channels, or 4 when some pixel is transparent. */
export type Pixels = { readonly data: Buffer; readonly raw: CreateRaw }

/**
 * Decodes a picture once.
 *
 * @param shape turns it upright and makes it as small as it will be needed
 * @throws ImageError `invalid-image`
 */
export async function decodePixels(picture: Picture, shape: (stored: Sharp) => Sharp): Promise<Pixels> {
  const direct = shape(picture.decode())
  try {
    const late = picture.hasRgbProfile ? await transformColoursLast(picture, shape) : undefined
    return await dropOpaqueAlpha(await toPixels(late ?? direct))
  } catch (cause) {
    throw new ImageError('invalid-image', 'The picture is damaged: its pixels cannot be decoded.', { cause })
  }
}

/** Reads pixels that a pipeline makes. */
export async function toPixels(pipeline: Sharp): Promise<Pixels> {
  const { data, info } = await pipeline.raw().toBuffer({ resolveWithObject: true })
  return { data, raw: { width: info.width, height: info.height, channels: info.channels } }
}

/** Starts a pipeline over pixels. */
export function fromPixels({ data, raw }: Pixels): Sharp {
  return sharp(data, { raw })
}

/**
 * sharp transforms colours before it resizes, over all the pixels of a large photo (10 to 25 ms). So: resize first,
 * carry the profile along in an uncompressed PNG, and transform the few pixels that are left. Right for RGB
 * only: the resize turns other colour models into sRGB without their profile.
 *
 * Returns undefined where PNG does not carry the profile (libpng refuses malformed ones that others accept).
 */
async function transformColoursLast(
  picture: Picture,
  shape: (stored: Sharp) => Sharp,
): Promise<Sharp | undefined> {
  const small = await shape(picture.decode({ ignoreIcc: true }))
    .keepIccProfile()
    .png({ compressionLevel: 0 })
    .toBuffer()
    .catch(() => undefined)
  if (!small) return undefined
  return (await sharp(small).metadata()).icc ? sharp(small) : undefined
}

/** An alpha channel that says nothing doubles the cost of encoding. */
async function dropOpaqueAlpha(pixels: Pixels): Promise<Pixels> {
  if (pixels.raw.channels !== 4) return pixels
  for (let alpha = 3; alpha < pixels.data.length; alpha += 4) {
    if (pixels.data[alpha] !== 255) return pixels
  }
  return toPixels(fromPixels(pixels).removeAlpha())
}
