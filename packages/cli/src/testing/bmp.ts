/** A picture of one colour, 64 by 64 pixels. @param shade 0 to 255 */
export function bmp(shade = 0): Uint8Array<ArrayBuffer> {
  const side = 64
  const bytes = new Uint8Array(54 + side * side * 3).fill(shade, 54)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, 0x424d)
  for (const [at, value] of [
    [2, bytes.length],
    [10, 54],
    [14, 40],
    [18, side],
    [22, side],
  ] as const)
    view.setUint32(at, value, true)
  view.setUint16(26, 1, true)
  view.setUint16(28, 24, true)
  return bytes
}
