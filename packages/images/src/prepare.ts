import { rgbaToThumbHash } from 'thumbhash'
import { squareIn } from './crop.js'
import { decodeFrames } from './decode-frames.js'
import { decodePixels } from './decode-pixels.js'
import { encodePreview } from './encode.js'
import { still } from './frames.js'
import { lookOf } from './look.js'
import { openPicture, type Picture } from './open-picture.js'
import { fromPixels, type Pixels, toPixels } from './pixels.js'
import { countFrames, encodeSizes, type RenderOptions, type Variant } from './render.js'

export type PrepareOptions = {
  /** Width × height of the picture at most. */
  readonly maxPixels: number
  /** The preview's longer side at most, in pixels. A smaller picture is not enlarged. */
  readonly previewSize: number
  /** The variants to make of the whole picture's centred square, from the same decoding, after the preview. */
  readonly ahead?: Omit<RenderOptions, 'crop' | 'maxPixels'>
}

export type Prepared = {
  /** The whole picture, upright: WebP without metadata. */
  readonly preview: Buffer
  /** A placeholder of about 25 bytes (https://evanw.github.io/thumbhash/), base64. */
  readonly thumbhash: string
  /** 64 bits by which alike pictures are found, see `lookOf`; absent for one without enough in it. */
  readonly look: string | undefined
  /** Pixels of the upright picture, not of the preview. */
  readonly width: number
  readonly height: number
}

/** The largest side the placeholder's algorithm takes. */
const thumbhashSize = 100

/**
 * Decodes all of a picture, and so refuses one that is damaged anywhere in its (first) frame.
 * @param onPrepared gets the preview before the first variant is encoded
 * @returns the variants asked for with `ahead`; none without it
 */
export async function prepare(
  bytes: Buffer,
  options: PrepareOptions,
  onPrepared: (prepared: Prepared) => void,
): Promise<Variant[]> {
  const picture = await openPicture(bytes, options.maxPixels)
  const { previewSize, ahead } = options
  const side = Math.max(previewSize, ahead ? sideFor(picture, ahead) : 0)
  const pixels = await decodePixels(picture, (stored) =>
    stored.resize(side, side, { fit: 'inside', withoutEnlargement: true }).autoOrient(),
  )
  const whole = side > previewSize ? await toPixels(shrink(pixels, previewSize)) : pixels
  const [preview, small] = await Promise.all([
    encodePreview(whole),
    toPixels(shrink(whole, thumbhashSize).ensureAlpha()),
  ])
  const { width, height } = picture
  onPrepared({ preview, thumbhash: hash(small), look: lookOf(small), width, height })
  return ahead ? renderCentre(picture, pixels, ahead) : []
}

/** The longer side of a picture whose shorter side is that of the largest variant. */
function sideFor({ width, height }: Picture, { sizes }: Pick<RenderOptions, 'sizes'>): number {
  return Math.ceil((Math.max(...sizes) * Math.max(width, height)) / Math.min(width, height))
}

async function renderCentre(
  picture: Picture,
  pixels: Pixels,
  options: NonNullable<PrepareOptions['ahead']>,
): Promise<Variant[]> {
  const size = Math.max(...options.sizes)
  const count = countFrames(picture, options)
  if (count > 1) {
    return encodeSizes(await decodeFrames(picture, squareIn(picture), { size, count }), options)
  }
  const { x: left, y: top, width, height } = squareIn(pixels.raw)
  const square = fromPixels(pixels).extract({ left, top, width, height }).resize(size, size, { fit: 'fill' })
  return encodeSizes(still(await toPixels(square)), options)
}

const shrink = (pixels: Pixels, side: number) =>
  fromPixels(pixels).resize(side, side, { fit: 'inside', withoutEnlargement: true })

const hash = ({ data, raw }: Pixels): string =>
  Buffer.from(rgbaToThumbHash(raw.width, raw.height, data)).toString('base64')
