import type { Pixels } from './pixels.js'

const columns = 8
const rows = 8
/** Neighbours that differ by less, of 255, are taken for equal: that is noise of the encoding. */
const leastStep = 1
/** A picture with fewer steps is so plain that others would be taken for it. */
const fewestSteps = 24

/**
 * The look of a picture: 64 bits as 16 hexadecimal digits, which say for 8 × 8 places whether the picture gets brighter to
 * the right (dHash, Krawetz 2013, "Kind of Like That"). It stays nearly the same when a picture is encoded anew, resized,
 * made brighter or written on; how many bits differ tells how alike two pictures are. Compared with the sign of DCT
 * coefficients (pHash), a change in one place changes the bits of that place alone, and that of the mirror image can be told
 * from the bits.
 * @param pixels of the upright picture, 4 channels
 * @returns undefined for a picture without enough in it, such as a plain one
 */
export function lookOf(pixels: Pixels): string | undefined {
  const light = shrinkLight(pixels)
  let steps = 0
  let bits = 0n
  for (let place = 0; place < rows * (columns + 1); place++) {
    if (place % (columns + 1) === columns) continue
    const step = (light[place + 1] ?? 0) - (light[place] ?? 0)
    if (Math.abs(step) >= leastStep) steps += 1
    bits = (bits << 1n) | (step > 0 ? 1n : 0n)
  }
  return steps < fewestSteps ? undefined : bits.toString(16).padStart(16, '0')
}

/** The look of the mirror image: each row backwards, and what got brighter gets darker. */
export function mirroredLook(look: string): string {
  const digits = look.match(/../g) ?? []
  return digits.map((row) => backwards(~Number.parseInt(row, 16) & 0xff)).join('')
}

function backwards(row: number): string {
  let turned = 0
  for (let bit = 0; bit < columns; bit++) turned |= ((row >> bit) & 1) << (columns - 1 - bit)
  return turned.toString(16).padStart(2, '0')
}

/** The mean light of 9 × 8 places, row by row. Transparency shows white. */
function shrinkLight({ data, raw: { width, height } }: Pixels): Float64Array {
  const light = new Float64Array((columns + 1) * rows)
  for (let y = 0; y < rows; y++) {
    const [top, bottom] = spanOf(y, rows, height)
    for (let x = 0; x <= columns; x++) {
      const [left, right] = spanOf(x, columns + 1, width)
      light[y * (columns + 1) + x] = meanLight(data, width, { left, right, top, bottom })
    }
  }
  return light
}

/** The pixels of one of `parts` equal parts of a length; at least one. */
function spanOf(part: number, parts: number, length: number): [from: number, to: number] {
  const from = Math.floor((part * length) / parts)
  return [from, Math.max(from + 1, Math.round(((part + 1) * length) / parts))]
}

function meanLight(
  data: Buffer,
  width: number,
  { left, right, top, bottom }: { left: number; right: number; top: number; bottom: number },
): number {
  let sum = 0
  for (let y = top; y < bottom; y++) {
    for (let at = (y * width + left) * 4; at < (y * width + right) * 4; at += 4) {
      const alpha = byteAt(data, at + 3)
      // The weights of ITU-R BT.601.
      const shown = 0.299 * byteAt(data, at) + 0.587 * byteAt(data, at + 1) + 0.114 * byteAt(data, at + 2)
      sum += (shown * alpha + 255 * (255 - alpha)) / 255
    }
  }
  return sum / ((bottom - top) * (right - left))
}

/** Reading bytes one by one makes no object for each pixel. */
const byteAt = (data: Buffer, at: number): number => data[at] ?? 0
