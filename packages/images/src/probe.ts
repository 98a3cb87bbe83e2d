import { ImageError } from './image-error.js'
import { type Format, sniff } from './loaders.js'
import { openPicture, type Picture } from './open-picture.js'

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
 * @param bytes the picture, whole or in pieces
 * @param limits `maxPixels`: width × height at most; `minPixels`: width and height, each at least
 * @throws ImageError `unsupported-image` (the message says what was seen), `invalid-image`,
 *   `too-many-pixels`, `image-too-small`
 */
export async function probe(
  bytes: Buffer | readonly Buffer[],
  limits: { maxPixels: number; minPixels: number },
): Promise<Probe> {
  const pieces = Buffer.isBuffer(bytes) ? [bytes] : bytes
  const { format, width, height, orientation, pages } = await openPieces(pieces, limits.maxPixels)
  if (Math.min(width, height) < limits.minPixels) {
    throw new ImageError('image-too-small', `The picture has ${width} × ${height} pixels.`)
  }
  return { format, width, height, orientation, pages }
}

const headBytes = 256 * 1024

/** A JPEG says all in front, metadata and profiles included: the rest is not copied together for that. */
async function openPieces(pieces: readonly Buffer[], maxPixels: number): Promise<Picture> {
  const whole = () =>
    openPicture(pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces), maxPixels)
  const first: Buffer[] = []
  for (let length = 0; length < headBytes; length += first.at(-1)?.length ?? 0) {
    const piece = pieces[first.length]
    if (!piece) return whole()
    first.push(piece)
  }
  const head = Buffer.concat(first)
  // A header longer than that, or a fault: the whole tells.
  return sniff(head) === 'jpeg' ? openPicture(head, maxPixels).catch(whole) : whole()
}
