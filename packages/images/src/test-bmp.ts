import type { Sharp } from 'sharp'

/** Ways to store a BMP that the tests write. */
export type BmpKind =
  | '1'
  | '4'
  | '8'
  | '16'
  | '24'
  | '24 top-down'
  | '32'
  | '32 alpha'
  | 'rle4'
  | 'rle8'
  | 'core 24'
  | 'os2 24'
  | 'os2 8'

const masks: Partial<Record<BmpKind, readonly number[]>> = {
  // 5-6-5
  '16': [0xf800, 0x07e0, 0x001f, 0],
  '32 alpha': [0x00ff0000, 0x0000ff00, 0x000000ff, 0xff000000],
}

/** The palette of 1, 4 and 8 bits: drawings may use only these colours. */
export const bmpPalette = [
  [255, 255, 255],
  [190, 70, 60],
  [70, 160, 80],
  [60, 80, 170],
] as const

/** Writes what a pipeline makes as BMP (the Windows SDK's BITMAPINFOHEADER and its kin). */
export async function bmp(pipeline: Sharp, kind: BmpKind): Promise<Buffer> {
  const { data, info } = await pipeline.raw().toBuffer({ resolveWithObject: true })
  const { width, height, channels } = info
  const topDown = kind === '24 top-down'
  const pixel = (x: number, y: number) => {
    const at = (y * width + x) * channels
    const [r = 0, g = 0, b = 0, a = 255] = data.subarray(at, at + channels)
    return { r, g, b, a }
  }
  const indexAt = (x: number, y: number) => {
    const { r, g, b } = pixel(x, y)
    return bmpPalette.findIndex((one) => one[0] === r && one[1] === g && one[2] === b)
  }
  const rows = Array.from({ length: height }, (_, row) => {
    const y = topDown ? row : height - 1 - row
    return rowOf(kind, width, (x) => ({ ...pixel(x, y), index: indexAt(x, y) }))
  })
  if (kind.startsWith('rle')) rows.push(Buffer.from([0, 1]))
  return Buffer.concat([headers(kind, width, topDown ? -height : height), ...rows])
}

function headers(kind: BmpKind, width: number, height: number): Buffer {
  const isCore = kind === 'core 24'
  const bits = Number(/\d+$/.exec(kind.replace(/ (top-down|alpha)/, ''))?.[0])
  const size = isCore ? 12 : kind.startsWith('os2') ? 16 : masks[kind] ? 124 : 40
  const colours = bits <= 8 ? Math.min(1 << bits, bmpPalette.length) : 0
  const palette = Buffer.from(bmpPalette.slice(0, colours).flatMap(([r, g, b]) => [b, g, r, 0]))
  const head = Buffer.alloc(14 + size)
  head.write('BM')
  head.writeUInt32LE(head.length + palette.length, 10)
  head.writeUInt32LE(size, 14)
  if (isCore) {
    for (const [index, value] of [width, height, 1, bits].entries()) head.writeUInt16LE(value, 18 + 2 * index)
    return head
  }
  head.writeInt32LE(width, 18)
  head.writeInt32LE(height, 22)
  head.writeUInt16LE(1, 26)
  head.writeUInt16LE(bits, 28)
  if (size === 16) return Buffer.concat([head, palette])
  head.writeUInt32LE(kind === 'rle8' ? 1 : kind === 'rle4' ? 2 : masks[kind] ? 3 : 0, 30)
  head.writeUInt32LE(colours, 46)
  for (const [index, mask] of (masks[kind] ?? []).entries()) head.writeUInt32LE(mask, 54 + 4 * index)
  return Buffer.concat([head, palette])
}

type Pixel = { r: number; g: number; b: number; a: number; index: number }

function rowOf(kind: BmpKind, width: number, pixelAt: (x: number) => Pixel): Buffer {
  const pixels = Array.from({ length: width }, (_, x) => pixelAt(x))
  if (kind === 'rle4' || kind === 'rle8') return runsOf(kind, pixels)
  const bits = Number(/\d+$/.exec(kind.replace(/ (top-down|alpha)/, ''))?.[0])
  const row = Buffer.alloc(Math.ceil((width * bits) / 32) * 4)
  for (const [x, { r, g, b, a, index }] of pixels.entries()) {
    if (bits <= 8)
      row[(x * bits) >> 3] = (row[(x * bits) >> 3] ?? 0) | (index << (8 - bits - ((x * bits) & 7)))
    else if (bits === 16) row.writeUInt16LE(((r >> 3) << 11) | ((g >> 2) << 5) | (b >> 3), x * 2)
    // Without masks the fourth byte of 32 bits means nothing and is usually 0.
    else row.set(bits === 24 ? [b, g, r] : [b, g, r, kind === '32 alpha' ? a : 0], (x * bits) >> 3)
  }
  return row
}

/** Pairs of count and colour; the first pixels literally, three of them and the byte that fills up. */
function runsOf(kind: 'rle4' | 'rle8', pixels: readonly Pixel[]): Buffer {
  const [a = 0, b = 0, c = 0] = pixels.map(({ index }) => index)
  const bytes = kind === 'rle8' ? [0, 3, a, b, c, 0] : [0, 3, (a << 4) | b, c << 4]
  for (let x = 3; x < pixels.length; ) {
    const index = pixels[x]?.index ?? 0
    let count = 1
    while (count < 255 && pixels[x + count]?.index === index) count++
    bytes.push(count, kind === 'rle8' ? index : (index << 4) | index)
    x += count
  }
  return Buffer.from([...bytes, 0, 0])
}
