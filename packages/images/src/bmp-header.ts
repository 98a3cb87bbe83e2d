/** The four bit masks of a pixel of 16 or 32 bits. A mask of 0 means that the channel is not there. */
type BmpMasks = {
  readonly red: number
  readonly green: number
  readonly blue: number
  readonly alpha: number
}

/** The header of a BMP file (BITMAPCOREHEADER to BITMAPV5HEADER of the Windows SDK, and OS/2 2.x). */
export type BmpHeader = {
  readonly width: number
  readonly height: number
  /** Rows begin at the top; usually they begin at the bottom. */
  readonly topDown: boolean
  readonly bits: number
  readonly compression: 'none' | 'rle4' | 'rle8' | 'masks'
  readonly pixelOffset: number
  readonly palette: { readonly offset: number; readonly entries: number; readonly bytesEach: 3 | 4 }
  readonly masks: BmpMasks
  /** ICC bytes. */
  readonly profile: Buffer | undefined
}

const compressions: Readonly<Record<number, BmpHeader['compression']>> = {
  0: 'none',
  1: 'rle8',
  2: 'rle4',
  3: 'masks',
  6: 'masks',
}

/** The bits per pixel that each encoding allows. */
const depths: Readonly<Record<BmpHeader['compression'], readonly number[]>> = {
  none: [1, 2, 4, 8, 16, 24, 32],
  rle4: [4],
  rle8: [8],
  masks: [16, 32],
}

/** BITMAPCOREHEADER, and those of Windows from BITMAPINFOHEADER to BITMAPV5HEADER. */
const windowsSizes = [12, 40, 52, 56, 108, 124]

/** The header of OS/2 2.x is 64 bytes long, of which a file may leave out the last ones, down to 16 bytes. */
const isOs2Size = (size: number) =>
  size >= 16 && size <= 64 && !windowsSizes.includes(size) && (size % 4 === 0 || size === 42 || size === 46)

export const isBmpHeaderSize = (size: number): boolean => windowsSizes.includes(size) || isOs2Size(size)

/** Throws when anything in it breaks the format. */
export function readBmpHeader(bytes: Buffer): BmpHeader {
  const headerSize = bytes.readUInt32LE(14)
  const isCore = headerSize === 12
  const isOs2 = isOs2Size(headerSize)
  if (!isBmpHeaderSize(headerSize)) throw new Error('an unknown header')
  // A field that the header leaves out is zero.
  const numberAt = (at: number) => (at + 4 <= 14 + headerSize ? bytes.readUInt32LE(at) : 0)
  const storedHeight = isCore ? bytes.readUInt16LE(20) : bytes.readInt32LE(22)
  const [width, height] = [isCore ? bytes.readUInt16LE(18) : bytes.readInt32LE(18), Math.abs(storedHeight)]
  const bits = bytes.readUInt16LE(isCore ? 24 : 28)
  const code = isCore ? 0 : numberAt(30)
  // From 3 up, OS/2 uses these codes for other encodings.
  const compression = isOs2 && code > 2 ? undefined : compressions[code]
  if (compression === undefined || !depths[compression].includes(bits)) throw new Error('an unknown encoding')
  if (width < 1 || height < 1) throw new Error('no size')

  // The header of 40 bytes has its masks behind it, the later ones within.
  const masksBehind = headerSize > 40 || compression !== 'masks' ? 0 : code === 6 ? 16 : 12
  const pixelOffset = bytes.readUInt32LE(10)
  const offset = 14 + headerSize + masksBehind
  const bytesEach = isCore ? 3 : 4
  const most = bits <= 8 ? 1 << bits : 0
  const told = isCore ? 0 : numberAt(46)
  const fitting = Math.floor(Math.max(0, Math.min(pixelOffset, bytes.length) - offset) / bytesEach)
  return {
    width,
    height,
    topDown: storedHeight < 0,
    bits,
    compression,
    pixelOffset,
    palette: { offset, entries: Math.min(most, told === 0 ? most : told, fitting), bytesEach },
    masks: masksOf(bytes, { bits, compression, hasAlpha: headerSize >= 56 && !isOs2 ? true : code === 6 }),
    profile: headerSize >= 124 ? profileOf(bytes) : undefined,
  }
}

function masksOf(
  bytes: Buffer,
  { bits, compression, hasAlpha }: Pick<BmpHeader, 'bits' | 'compression'> & { hasAlpha: boolean },
): BmpMasks {
  if (compression !== 'masks') {
    return bits === 16
      ? { red: 0x7c00, green: 0x03e0, blue: 0x001f, alpha: 0 }
      : { red: 0x00ff0000, green: 0x0000ff00, blue: 0x000000ff, alpha: 0 }
  }
  const [red, green, blue] = [bytes.readUInt32LE(54), bytes.readUInt32LE(58), bytes.readUInt32LE(62)]
  return { red, green, blue, alpha: hasAlpha ? bytes.readUInt32LE(66) : 0 }
}

/** BITMAPV5HEADER: `MBED` (its letters reversed in the file) says that a profile is in the file. */
function profileOf(bytes: Buffer): Buffer | undefined {
  if (bytes.toString('latin1', 70, 74) !== 'DEBM') return undefined
  const start = 14 + bytes.readUInt32LE(126)
  return bytes.subarray(start, start + bytes.readUInt32LE(130))
}

/** The bytes of the JPEG or PNG that a BMP may wrap (BI_JPEG and BI_PNG, meant for printers). */
export function pictureInBmp(bytes: Buffer): Buffer | undefined {
  if (bytes.length < 54 || bytes.readUInt32LE(14) < 40) return undefined
  const code = bytes.readUInt32LE(30)
  return code === 4 || code === 5 ? bytes.subarray(bytes.readUInt32LE(10)) : undefined
}
