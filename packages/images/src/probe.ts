import { ImageError } from './image-error.js'
import { readJpegHeader } from './jpeg-header.js'
import { limitPixels } from './limit-pixels.js'
import { type Format, sniff } from './loaders.js'

/** The facts in a picture's header. */
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
  const { format, width, height, orientation, pages } =
    probeJpeg(pieces, limits.maxPixels) ?? (await probeAny(joined(pieces), limits.maxPixels))
  if (Math.min(width, height) < limits.minPixels) {
    throw new ImageError('image-too-small', `The picture has ${width} × ${height} pixels.`)
  }
  return { format, width, height, orientation, pages }
}

const headBytes = 256 * 1024
const nothing = Buffer.alloc(0)

/** Reads the header of any picture, most formats by libvips, which is loaded only now. */
async function probeAny(bytes: Buffer, maxPixels: number): Promise<Probe> {
  const { openPicture } = await import('./open-picture.js')
  return openPicture(bytes, maxPixels)
}

/** An ordinary JPEG says all in front, most often in its first piece: no more is copied together for that. */
function probeJpeg(pieces: readonly Buffer[], maxPixels: number): Probe | undefined {
  const [first = nothing] = pieces
  const header = readJpeg(first) ?? readJpeg(joined(headOf(pieces)))
  if (!header) return undefined
  limitPixels('jpeg', header, maxPixels)
  const { width, height, orientation } = header
  const upright = orientation >= 5 ? { width: height, height: width } : { width, height }
  return { format: 'jpeg', ...upright, orientation, pages: 1 }
}

const readJpeg = (head: Buffer) => (sniff(head) === 'jpeg' ? readJpegHeader(head) : undefined)

function headOf(pieces: readonly Buffer[]): Buffer[] {
  const head: Buffer[] = []
  for (let length = 0; length < headBytes && head.length < pieces.length; ) {
    const piece = pieces[head.length] ?? nothing
    head.push(piece)
    length += piece.length
  }
  return head
}

const joined = (pieces: readonly Buffer[]): Buffer =>
  pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces)
