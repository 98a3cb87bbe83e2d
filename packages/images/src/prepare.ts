import { rgbaToThumbHash } from 'thumbhash'
import { decodePixels } from './decode-pixels.js'
import { encode } from './encode.js'
import { openPicture } from './open-picture.js'
import { fromPixels, type Pixels, toPixels } from './pixels.js'

export type PrepareOptions = {
  /** Width × height of the picture at most. */
  readonly maxPixels: number
  /** The preview's longer side at most, in pixels. A smaller picture is not enlarged. */
  readonly previewSize: number
}

export type Prepared = {
  /** The whole picture, upright: WebP without metadata. */
  readonly preview: Buffer
  /** A placeholder of about 25 bytes (https://evanw.github.io/thumbhash/), base64. */
  readonly thumbhash: string
  /** Pixels of the upright picture, not of the preview. */
  readonly width: number
  readonly height: number
}

/** The largest side the placeholder's algorithm takes. */
const thumbhashSize = 100

/** Decodes all of a picture, and so refuses one that is damaged anywhere in its (first) frame. */
export async function prepare(bytes: Buffer, options: PrepareOptions): Promise<Prepared> {
  const picture = await openPicture(bytes, options.maxPixels)
  const { previewSize } = options
  const pixels = await decodePixels(picture, (stored) =>
    stored.resize(previewSize, previewSize, { fit: 'inside', withoutEnlargement: true }).autoOrient(),
  )
  const [preview, thumbhash] = await Promise.all([
    // WebP shows transparency as it is, so nothing is seen through it.
    encode(pixels, 'webp', { background: '#000000' }),
    hash(pixels),
  ])
  return { preview, thumbhash, width: picture.width, height: picture.height }
}

async function hash(pixels: Pixels): Promise<string> {
  const { data, raw } = await toPixels(
    fromPixels(pixels)
      .resize(thumbhashSize, thumbhashSize, { fit: 'inside', withoutEnlargement: true })
      .ensureAlpha(),
  )
  return Buffer.from(rgbaToThumbHash(raw.width, raw.height, data)).toString('base64')
}
