import { type BmpHeader, readBmpHeader } from './bmp-header.js'
import type { Pixels } from './pixels.js'

/**
 * Decodes a BMP file in any encoding of Windows: 1 to 32 bits, palettes, run lengths and bit masks. Throws when
 * anything in it breaks the format. Runs only in a decoding process.
 */
export function decodeBmp(bytes: Buffer): Pixels {
  const header = readBmpHeader(bytes)
  if (header.bits <= 8) return withPalette(bytes, header)
  return header.bits === 24 ? withBytes(bytes, header) : withMasks(bytes, header)
}

/** The offset of the row shown at `y`. Rows are padded to four bytes. */
function rowAt(bytes: Buffer, { width, height, bits, topDown, pixelOffset }: BmpHeader, y: number): number {
  const stride = Math.ceil((width * bits) / 32) * 4
  const start = pixelOffset + (topDown ? y : height - 1 - y) * stride
  if (start + Math.ceil((width * bits) / 8) > bytes.length) throw new Error('rows are missing')
  return start
}

function withBytes(bytes: Buffer, header: BmpHeader): Pixels {
  const { width, height } = header
  const data = Buffer.allocUnsafe(width * height * 3)
  for (let y = 0, to = 0; y < height; y++) {
    for (let from = rowAt(bytes, header, y), end = to + width * 3; to < end; to += 3, from += 3) {
      data[to] = bytes[from + 2] ?? 0
      data[to + 1] = bytes[from + 1] ?? 0
      data[to + 2] = bytes[from] ?? 0
    }
  }
  return { data, raw: { width, height, channels: 3 } }
}

function withMasks(bytes: Buffer, header: BmpHeader): Pixels {
  const { width, height, bits, masks } = header
  const channels = masks.alpha === 0 ? 3 : 4
  const scales = [masks.red, masks.green, masks.blue, masks.alpha].slice(0, channels).map(scaleOf)
  const data = Buffer.allocUnsafe(width * height * channels)
  let opaque = 0
  for (let y = 0, to = 0; y < height; y++) {
    let from = rowAt(bytes, header, y)
    for (let x = 0; x < width; x++) {
      const pixel = bits === 16 ? bytes.readUInt16LE(from) : bytes.readUInt32LE(from)
      from += bits >> 3
      for (const { mask, shift, most } of scales) {
        data[to++] = most === 0 ? 0 : Math.round((((pixel & mask) >>> shift) * 255) / most)
      }
      if (channels === 4) opaque |= data[to - 1] ?? 0
    }
  }
  // When every pixel is transparent, the program that wrote the file left alpha out.
  if (channels === 4 && opaque === 0) for (let alpha = 3; alpha < data.length; alpha += 4) data[alpha] = 255
  return { data, raw: { width, height, channels } }
}

function scaleOf(mask: number): { mask: number; shift: number; most: number } {
  const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask)
  return { mask, shift, most: mask >>> shift }
}

function withPalette(bytes: Buffer, header: BmpHeader): Pixels {
  const { width, height, palette } = header
  const colours = Buffer.alloc(256 * 3)
  for (let entry = 0; entry < palette.entries; entry++) {
    const from = palette.offset + entry * palette.bytesEach
    colours.set([bytes[from + 2] ?? 0, bytes[from + 1] ?? 0, bytes[from] ?? 0], entry * 3)
  }
  const indexes = header.compression === 'none' ? unpack(bytes, header) : unroll(bytes, header)
  const data = Buffer.allocUnsafe(width * height * 3)
  for (let pixel = 0, to = 0; pixel < indexes.length; pixel++) {
    const from = (indexes[pixel] ?? 0) * 3
    data[to++] = colours[from] ?? 0
    data[to++] = colours[from + 1] ?? 0
    data[to++] = colours[from + 2] ?? 0
  }
  return { data, raw: { width, height, channels: 3 } }
}

function unpack(bytes: Buffer, header: BmpHeader): Uint8Array {
  const { width, height, bits } = header
  const indexes = new Uint8Array(width * height)
  const mask = (1 << bits) - 1
  for (let y = 0, to = 0; y < height; y++) {
    const row = rowAt(bytes, header, y)
    for (let x = 0; x < width; x++) {
      const bit = x * bits
      indexes[to++] = ((bytes[row + (bit >> 3)] ?? 0) >> (8 - bits - (bit & 7))) & mask
    }
  }
  return indexes
}

/** Run lengths. Skipped pixels keep the first colour; the end mark may be missing only in the last row. */
function unroll(bytes: Buffer, { width, height, topDown, bits, pixelOffset }: BmpHeader): Uint8Array {
  const indexes = new Uint8Array(width * height)
  let [x, row, at] = [0, 0, pixelOffset]
  /** Pixels past the end of the row are skipped at once: a few bytes can ask for megabytes of them. */
  const put = (count: number, indexOf: (nth: number) => number) => {
    const start = (topDown ? row : height - 1 - row) * width + x
    const room = Math.min(count, width - x)
    for (let nth = 0; nth < room; nth++) indexes[start + nth] = indexOf(nth)
    x += count
  }
  /** The `nth` pixel of bytes that begin at `from`. */
  const pixelOf = (from: number, nth: number) => {
    const byte = bytes.readUInt8(bits === 8 ? from + nth : from + (nth >> 1))
    return bits === 8 ? byte : nth & 1 ? byte & 15 : byte >> 4
  }
  while (row < height) {
    if (row === height - 1 && at >= bytes.length) break
    const count = bytes.readUInt8(at)
    const value = bytes.readUInt8(at + 1)
    at += 2
    if (count > 0) {
      // The byte behind the count is one pixel of 8 bits, or two of 4 in turns.
      const from = at - 1
      put(count, (nth) => pixelOf(from, bits === 8 ? 0 : nth & 1))
    } else if (value === 0) {
      x = 0
      row++
    } else if (value === 1) {
      break
    } else if (value === 2) {
      x += bytes.readUInt8(at)
      row += bytes.readUInt8(at + 1)
      at += 2
    } else {
      const from = at
      put(value, (nth) => pixelOf(from, nth))
      // Padded to two bytes.
      at += Math.ceil((value * bits) / 16) * 2
    }
  }
  return indexes
}
