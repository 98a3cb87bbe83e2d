import { boxesIn, find, primaryItem } from './heif-header.js'

/** Brands of ISO base media files that promise a sequence of pictures (ISO/IEC 23000-22 and 23008-12). */
const sequences = ['avis', 'msf1', 'hevc', 'hevx']

/** A copy without the sequence that a file may also have: libheif then decodes the primary picture. */
export function withoutSequence(bytes: Buffer, brand: 'avif' | 'heic'): Buffer {
  const copy = Buffer.from(bytes)
  copy.write(brand, 8, 'latin1')
  const end = Math.min(copy.readUInt32BE(0), copy.length)
  for (let at = 16; at + 4 <= end; at += 4) {
    if (sequences.includes(copy.toString('latin1', at, at + 4))) copy.write('mif1', at, 'latin1')
  }
  return copy
}

/**
 * A copy in which every picture but the primary one is hidden (ISO/IEC 14496-12, 8.11.6): `heic-decode` takes the
 * first that is not. Throws on whatever is not as it should be.
 */
export function onlyPrimary(bytes: Buffer): Buffer {
  const copy = withoutSequence(bytes, 'heic')
  const meta = boxesIn(find(boxesIn(copy), 'meta').subarray(4))
  const primary = primaryItem(find(meta, 'pitm'))
  const items = find(meta, 'iinf')
  for (const { type, body } of boxesIn(items.subarray(items.readUInt8(0) === 0 ? 6 : 8))) {
    const version = body.readUInt8(0)
    if (type !== 'infe' || version < 2) continue
    const id = version === 2 ? body.readUInt16BE(4) : body.readUInt32BE(4)
    if (id !== primary) body.writeUInt8(body.readUInt8(3) | 1, 3)
  }
  return copy
}
