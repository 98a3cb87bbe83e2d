import type { Sharp } from 'sharp'
import { decodeBmp } from './decode-bmp.js'
import { decodeHeic } from './decode-heic.js'
import { ImageError } from './image-error.js'
import type { Picture } from './open-picture.js'
import { fromPixels, type Pixels, toPixels } from './pixels.js'
import { tagPng } from './png-chunk.js'
import { sharp } from './sharp.js'

/** Starts a pipeline over what a decoder makes of a picture. */
type Start = Picture['decode']

/**
 * Decodes a picture once, into sRGB: 3 channels, or 4 when some pixel is transparent.
 *
 * @param shape turns it upright and makes it as small as it will be needed
 * @throws ImageError `invalid-image`
 */
export async function decodePixels(picture: Picture, shape: (stored: Sharp) => Sharp): Promise<Pixels> {
  const start = await decoderOf(picture).catch(damaged)
  // Throws when the caller asks for what cannot be made.
  const direct = shape(start())
  return (async () => {
    const late = picture.hasRgbProfile ? await transformColoursLast(picture, start, shape) : undefined
    return dropOpaqueAlpha(await toPixels(late ?? direct))
  })().catch(damaged)
}

export function damaged(cause: unknown): never {
  throw new ImageError('invalid-image', 'The picture is damaged: its pixels cannot be decoded.', { cause })
}

/** libvips decodes as its pipeline runs; for what it cannot, all pixels are there before. */
async function decoderOf(picture: Picture): Promise<Start> {
  if (picture.format !== 'bmp' && picture.format !== 'heic') return picture.decode
  const pixels =
    picture.format === 'bmp' ? decodeBmp(picture.bytes) : await decodeHeic(picture.bytes, picture)
  return () => fromPixels(pixels)
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
  start: Start,
  shape: (stored: Sharp) => Sharp,
): Promise<Sharp | undefined> {
  const small = await shape(start({ ignoreIcc: true }))
    .keepIccProfile()
    .png({ compressionLevel: 0 })
    .toBuffer()
    .catch(() => undefined)
  if (!small) return undefined
  const profile = picture.profile === 'p3' ? await displayP3() : picture.profile
  const carried = (await sharp(small).metadata()).icc
  const tagged = carried || profile === undefined ? small : tagPng(small, profile)
  return (await sharp(tagged).metadata()).icc ? sharp(tagged) : undefined
}

/** The profile that libvips brings along. */
async function displayP3(): Promise<Buffer | undefined> {
  const one = sharp({ create: { width: 1, height: 1, channels: 3, background: '#000000' } })
  return (await sharp(await one.withIccProfile('p3').png().toBuffer()).metadata()).icc
}

/** An alpha channel that says nothing doubles the cost of encoding. */
export async function dropOpaqueAlpha(pixels: Pixels): Promise<Pixels> {
  if (pixels.raw.channels !== 4) return pixels
  for (let alpha = 3; alpha < pixels.data.length; alpha += 4) {
    if (pixels.data[alpha] !== 255) return pixels
  }
  return toPixels(fromPixels(pixels).removeAlpha())
}
