/** What each EXIF orientation becomes when the picture it shows is turned a quarter to the right. */
const turned: Readonly<Record<number, number>> = { 1: 6, 6: 3, 3: 8, 8: 1, 2: 7, 7: 4, 4: 5, 5: 2 }

/**
 * The same JPEG, shown turned a quarter to the right: its pixels stay byte for byte, and only the EXIF orientation (CIPA
 * DC-008, tag 0x0112) changes. The rest of the EXIF is left out, as it would never be published.
 * @returns undefined when it is no JPEG
 */
export function turnJpeg(bytes: Uint8Array<ArrayBuffer>): Blob | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const kept: Uint8Array<ArrayBuffer>[] = []
  let orientation = 1
  let at = 2
  // Segments of the head: a marker, and a length that counts itself. What follows is kept as it is.
  while (at + 4 <= bytes.length && bytes[at] === 0xff && isOfHead(bytes[at + 1] ?? 0)) {
    const end = at + 2 + view.getUint16(at + 2)
    if (end > bytes.length) return undefined
    const segment = bytes.subarray(at, end)
    if (isExif(segment)) orientation = orientationIn(segment) ?? orientation
    else kept.push(segment)
    at = end
  }
  const parts = [bytes.subarray(0, 2), exifOf(turned[orientation] ?? 6), ...kept, bytes.subarray(at)]
  return new Blob(parts, { type: 'image/jpeg' })
}

/** APP0 to APP15, or a comment. */
const isOfHead = (marker: number) => (marker >= 0xe0 && marker <= 0xef) || marker === 0xfe

const isExif = (segment: Uint8Array) =>
  segment[1] === 0xe1 && String.fromCharCode(...segment.subarray(4, 10)) === 'Exif\0\0'

/** @param segment with its marker, length and the six bytes `Exif` */
function orientationIn(segment: Uint8Array): number | undefined {
  const tiff = new DataView(segment.buffer, segment.byteOffset + 10, segment.byteLength - 10)
  try {
    const little = tiff.getUint16(0) === 0x4949
    const directory = tiff.getUint32(4, little)
    const count = tiff.getUint16(directory, little)
    for (let index = 0; index < count; index += 1) {
      const entry = directory + 2 + index * 12
      if (tiff.getUint16(entry, little) === 0x0112) return tiff.getUint16(entry + 8, little)
    }
  } catch {
    // A directory that leads outside has no orientation to tell.
  }
  return undefined
}

/** An EXIF segment with an orientation alone. */
const exifOf = (orientation: number) =>
  Uint8Array.of(
    ...[0xff, 0xe1, 0x00, 0x22, 0x45, 0x78, 0x69, 0x66, 0x00, 0x00],
    ...[0x4d, 0x4d, 0x00, 0x2a, 0x00, 0x00, 0x00, 0x08, 0x00, 0x01],
    ...[0x01, 0x12, 0x00, 0x03, 0x00, 0x00, 0x00, 0x01, 0x00, orientation, 0x00, 0x00],
    ...[0x00, 0x00, 0x00, 0x00],
  )
