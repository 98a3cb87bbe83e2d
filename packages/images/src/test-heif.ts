/* HEIF headers that the tests write. */

/** A box of an ISO base media file. */
export function box(type: string, ...content: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(8)
  head.writeUInt32BE(8 + content.reduce((sum, part) => sum + part.length, 0))
  head.write(type, 4, 'latin1')
  return Buffer.concat([head, ...content])
}

export const u8 = (...values: number[]) => Buffer.from(values)
export const u16 = (value: number) => u8(value >> 8, value & 255)
export const u32 = (...values: number[]) => {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index)
  return bytes
}
const full = (version: number, flags = 0) => u8(version, 0, 0, flags)

/** The header of a phone's picture: tiles first, then the picture that joins them, which is the primary one. */
export function heic({
  width = 4032,
  height = 3024,
  brand = 'heic',
  more = [] as readonly Buffer[],
  wide = false,
} = {}): Buffer {
  const properties = [box('ispe', full(0), u32(512, 512)), box('ispe', full(0), u32(width, height)), ...more]
  const own = properties.map((_, index) => index + 1).slice(1)
  const id = (value: number) => (wide ? u32(value) : u16(value))
  const index = (value: number) => (wide ? u16(value | 0x8000) : u8(value | 0x80))
  const ipma = box(
    'ipma',
    full(wide ? 1 : 0, wide ? 1 : 0),
    u32(2),
    Buffer.concat([id(1), u8(1), index(1)]),
    Buffer.concat([id(43), u8(own.length), ...own.map(index)]),
  )
  return Buffer.concat([
    box('ftyp', Buffer.from(`${brand}\0\0\0\0mif1heic`, 'latin1')),
    box(
      'meta',
      full(0),
      box('pitm', full(wide ? 1 : 0), id(43)),
      box('iprp', box('ipco', ...properties), ipma),
    ),
    box('mdat', Buffer.alloc(64)),
  ])
}

/** `irot`: a turn by quarters. */
export const turn = (quarters: number) => box('irot', u8(quarters))
