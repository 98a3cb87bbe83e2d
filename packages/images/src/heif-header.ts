import type { Header } from './header.js'

/** One box of an ISO base media file (ISO/IEC 14496-12, 4.2) and what is in it. */
type Box = { readonly type: string; readonly body: Buffer }

/**
 * Reads the size and colour space of the primary picture of an AVIF or HEIC file (ISO/IEC 23008-12), as
 * it is shown: turned and cut as the file says. Throws when anything in it breaks the format.
 */
export function readHeifHeader(bytes: Buffer): Header {
  const meta = boxesIn(find(boxesIn(bytes), 'meta').subarray(4))
  const itemProperties = boxesIn(find(meta, 'iprp'))
  const all = boxesIn(find(itemProperties, 'ipco'))
  const used = propertiesOf(primaryItem(find(meta, 'pitm')), itemProperties)
  const properties = used.flatMap((index) => all[index - 1] ?? [])

  const extent = find(properties, 'ispe')
  let size = { width: extent.readUInt32BE(4), height: extent.readUInt32BE(8) }
  // In the order of the file, which is that in which they apply.
  for (const { type, body } of properties) {
    if (type === 'clap') size = { width: ratioAt(body, 0), height: ratioAt(body, 8) }
    if (type === 'irot' && (body.readUInt8(0) & 1) === 1) size = { width: size.height, height: size.width }
  }
  // The ratio of a crop may have 0 below.
  if (![size.width, size.height].every((side) => Number.isInteger(side) && side > 0))
    throw new Error('no size')
  const profile = properties.filter(({ type }) => type === 'colr').map(({ body }) => profileIn(body))
  return { ...size, profile: profile.find((one) => one !== undefined) }
}

/** Whether an AVIF or HEIC file holds only a sequence of pictures (`moov`), and no picture for a still (`meta`). */
export function isSequenceAlone(bytes: Buffer): boolean {
  try {
    const types = new Set(boxesIn(bytes).map(({ type }) => type))
    return types.has('moov') && !types.has('meta')
  } catch {
    return false
  }
}

/** Real files have a few hundred in one box. Megabytes of empty ones would hold up the service for long. */
const mostBoxes = 10_000

export function boxesIn(bytes: Buffer): Box[] {
  const boxes: Box[] = []
  for (let at = 0; at + 8 <= bytes.length; ) {
    if (boxes.length === mostBoxes) throw new Error('too many boxes')
    const given = bytes.readUInt32BE(at)
    const head = given === 1 ? 16 : 8
    const size = given === 0 ? bytes.length - at : given === 1 ? Number(bytes.readBigUInt64BE(at + 8)) : given
    if (size < head) throw new Error('a box too small for its own head')
    boxes.push({ type: bytes.toString('latin1', at + 4, at + 8), body: bytes.subarray(at + head, at + size) })
    at += size
  }
  return boxes
}

export function find(boxes: readonly Box[], type: string): Buffer {
  const box = boxes.find((one) => one.type === type)
  if (!box) throw new Error(`no ${type}`)
  return box.body
}

/** `pitm`: the version decides how long the number is. */
export function primaryItem(body: Buffer): number {
  return body.readUInt8(0) === 0 ? body.readUInt16BE(4) : body.readUInt32BE(4)
}

/** `ipma`: the numbers, from 1, of the properties an item has. */
function propertiesOf(item: number, boxes: readonly Box[]): number[] {
  for (const { body } of boxes.filter(({ type }) => type === 'ipma')) {
    const wideItems = body.readUInt8(0) > 0
    const wideIndexes = (body.readUInt8(3) & 1) === 1
    let at = 8
    for (let left = body.readUInt32BE(4); left > 0; left--) {
      const id = wideItems ? body.readUInt32BE(at) : body.readUInt16BE(at)
      at += wideItems ? 4 : 2
      const count = body.readUInt8(at)
      at += 1
      const bytesEach = wideIndexes ? 2 : 1
      if (id === item) {
        return Array.from({ length: count }, (_, index) =>
          // The highest bit says whether the property is essential.
          wideIndexes ? body.readUInt16BE(at + 2 * index) & 0x7fff : body.readUInt8(at + index) & 0x7f,
        )
      }
      at += count * bytesEach
    }
  }
  throw new Error('no properties')
}

const ratioAt = (body: Buffer, at: number) => Math.floor(body.readUInt32BE(at) / body.readUInt32BE(at + 4))

/** `colr`: an ICC profile, or code points (ITU-T H.273, table 2), of which 12 are the primaries of Display P3. */
function profileIn(body: Buffer): Header['profile'] {
  const kind = body.toString('latin1', 0, 4)
  if (kind === 'prof' || kind === 'rICC') return body.subarray(4)
  return kind === 'nclx' && body.readUInt16BE(4) === 12 ? 'p3' : undefined
}
