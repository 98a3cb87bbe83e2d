/** The facts that an ordinary JPEG gives before its pixels. The size is as stored, not upright. */
export type JpegHeader = { readonly width: number; readonly height: number; readonly orientation: number }

// ITU-T T.81, B.1.1.3: frames of 8 bits by Huffman codes, baseline, extended and progressive.
const frames = [0xc0, 0xc1, 0xc2]
const startOfScan = 0xda
const exifSegment = 0xe1
/** The other segments before the pixels, and whether each is well formed (T.81, B.2.4). */
function isSound(marker: number, body: Buffer): boolean {
  switch (marker) {
    case 0xc4:
      return areHuffmanTables(body)
    case 0xdb:
      return areQuantizationTables(body)
    case 0xdd:
      return body.length === 2
    default:
      // Comments, and what applications add.
      return marker === 0xfe || (marker >= 0xe0 && marker <= 0xef)
  }
}

function areHuffmanTables(body: Buffer): boolean {
  let at = 0
  while (at + 17 <= body.length && ((body[at] ?? 0) & 0xef) < 4) {
    const codes = body.subarray(at + 1, at + 17).reduce((sum, count) => sum + count, 0)
    if (codes > 256) return false
    at += 17 + codes
  }
  return at === body.length
}

function areQuantizationTables(body: Buffer): boolean {
  let at = 0
  while (at < body.length && ((body[at] ?? 0) & 15) < 4) at += 1 + ((body[at] ?? 0) >> 4 === 0 ? 64 : 128)
  return at === body.length
}

// The limits of libjpeg (jmorecfg.h).
const longestSide = 65_500

/**
 * Reads the header of a JPEG as cameras, phones and editors write it, in a hundredth of the time it takes to
 * ask libvips. Undefined for whatever is out of the ordinary: that is for libvips to judge.
 */
export function readJpegHeader(bytes: Buffer): JpegHeader | undefined {
  let frame: Frame | undefined
  let orientation: number | undefined
  for (let at = 2; at + 4 <= bytes.length; ) {
    if (bytes[at] !== 0xff) return undefined
    const marker = bytes.readUInt8(at + 1)
    const end = at + 2 + bytes.readUInt16BE(at + 2)
    const body = bytes.subarray(at + 4, end)
    if (end < at + 4 || end > bytes.length) return undefined
    if (marker === startOfScan) {
      if (!frame || !isScan(body, frame)) return undefined
      const { width, height } = frame
      return { width, height, orientation: orientation ?? 1 }
    }
    if (frames.includes(marker)) {
      if (frame) return undefined
      frame = frameIn(body)
      if (!frame) return undefined
    } else if (marker === exifSegment && body.toString('latin1', 0, 4) === 'Exif') {
      // One spread over several segments is put together by libvips.
      if (orientation !== undefined) return undefined
      orientation = orientationIn(body)
      if (orientation === undefined) return undefined
    } else if (!isSound(marker, body)) return undefined
    at = end
  }
  return undefined
}

type Frame = { readonly width: number; readonly height: number; readonly components: readonly number[] }

/** T.81, B.2.2. */
function frameIn(body: Buffer): Frame | undefined {
  const count = body[5]
  if (count === undefined || ![1, 3, 4].includes(count)) return undefined
  if (body[0] !== 8 || body.length !== 6 + 3 * count) return undefined
  const components: number[] = []
  for (let at = 7; at < body.length; at += 3) {
    const [across, down] = [(body[at] ?? 0) >> 4, (body[at] ?? 0) & 15]
    if (across < 1 || across > 4 || down < 1 || down > 4) return undefined
    components.push(body[at - 1] ?? 0)
  }
  const [height, width] = [body.readUInt16BE(1), body.readUInt16BE(3)]
  if (Math.min(width, height) === 0 || Math.max(width, height) > longestSide) return undefined
  return { width, height, components }
}

/** T.81, B.2.3. */
function isScan(body: Buffer, { components }: Frame): boolean {
  const count = body[0] ?? 0
  if (count < 1 || count > 4 || body.length !== 4 + 2 * count) return false
  return Array.from({ length: count }, (_, nth) => body[1 + 2 * nth] ?? 0).every((id) =>
    components.includes(id),
  )
}

/** CIPA DC-008, 4.6.2: the tag 0x0112 of the first directory; 1 where there is none. */
function orientationIn(exif: Buffer): number | undefined {
  const tiff = exif.subarray(6)
  const order = tiff.toString('latin1', 0, 4)
  const little = order === 'II*\0'
  if ((!little && order !== 'MM\0*') || tiff.length < 8 || exif.readUInt16BE(4) !== 0) return undefined
  const short = (at: number) => (little ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at))
  const long = (at: number) => (little ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at))
  const first = long(4)
  if (first + 2 > tiff.length) return undefined
  const count = short(first)
  if (first + 2 + 12 * count > tiff.length) return undefined
  for (let entry = 0; entry < count; entry++) {
    const at = first + 2 + 12 * entry
    if (short(at) !== 0x0112) continue
    const value = short(at + 8)
    const isOne = short(at + 2) === 3 && long(at + 4) === 1 && value >= 1 && value <= 8
    return isOne ? value : undefined
  }
  return 1
}
