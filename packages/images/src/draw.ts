import { createHash } from 'node:crypto'
import { drawInitials } from './draw-initials.js'
import { type EncodedFormat, type EncodeOptions, encode } from './encode.js'
import { fromPixels, type Pixels, toPixels } from './pixels.js'
import { sharp } from './sharp.js'

/** A picture for people without one of their own. The same drawing always has the same pixels. */
export type Drawing =
  /** `colour` is any whole number from 0. */
  | { readonly kind: 'initials'; readonly letters: string; readonly colour: number }
  /** A symmetrical pattern that differs from seed to seed. */
  | { readonly kind: 'identicon' | 'retro'; readonly seed: string }
  | { readonly kind: 'silhouette' | 'blank' }

export type DrawOptions = EncodeOptions & {
  /** Side of the square, in pixels. */
  readonly size: number
  readonly format: EncodedFormat
}

/**
 * Draws in this process: nothing is decoded that came from people. Takes some milliseconds, so callers keep the result.
 */
export async function draw(drawing: Drawing, options: DrawOptions): Promise<Buffer> {
  return encode(await pixelsOf(drawing, options.size), options.format, options)
}

async function pixelsOf(drawing: Drawing, size: number): Promise<Pixels> {
  switch (drawing.kind) {
    case 'initials':
      return drawInitials(drawing.letters, drawing.colour, size)
    case 'identicon':
      return drawPattern(drawing.seed, size, { cells: 5, margin: 1 })
    case 'retro':
      return drawPattern(drawing.seed, size, { cells: 8, margin: 0 })
    case 'silhouette':
      return drawSilhouette(size)
    case 'blank':
      return toPixels(
        sharp({
          create: { width: size, height: size, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
        }),
      )
  }
}

/**
 * Large pixels, the left half mirrored, in one colour of the seed on light grey.
 *
 * @param grid `cells` in a row; `margin` around them, in half cells
 */
function drawPattern(
  seed: string,
  size: number,
  { cells, margin }: { cells: number; margin: number },
): Promise<Pixels> {
  const hash = createHash('sha256').update(seed).digest()
  // Dark enough to be seen whatever the hash says.
  const ink = [...hash.subarray(29)].map((value) => 24 + (value >> 1))
  const isInked = (row: number, column: number) => {
    if (Math.min(row, column) < 0 || Math.max(row, column) >= cells) return false
    const bit = row * Math.ceil(cells / 2) + Math.min(column, cells - 1 - column)
    return (((hash[bit >> 3] ?? 0) >> (bit & 7)) & 1) === 1
  }
  const side = 2 * (cells + margin)
  const cellAt = (position: number) => Math.floor((position - margin) / 2)
  const colours = Array.from({ length: side * side }, (_, index) =>
    isInked(cellAt(Math.floor(index / side)), cellAt(index % side)) ? ink : [240, 240, 240],
  )
  const pixels = {
    data: Buffer.from(colours.flat()),
    raw: { width: side, height: side, channels: 3 },
  } as const
  return toPixels(fromPixels(pixels).resize(size, size, { kernel: 'nearest' }))
}

const ground = 0xe1
const figure = 0xa8

/** Head and shoulders, light grey; edges are smooth over one pixel. */
function drawSilhouette(size: number): Promise<Pixels> {
  const data = Buffer.alloc(size * size)
  for (let index = 0; index < data.length; index++) {
    const x = ((index % size) + 0.5) / size
    const y = (Math.floor(index / size) + 0.5) / size
    const outside = Math.min(
      Math.hypot(x - 0.5, y - 0.4) - 0.18,
      Math.hypot((x - 0.5) / 1.05, y - 0.98) - 0.34,
    )
    const covered = Math.min(1, Math.max(0, 0.5 - outside * size))
    data[index] = Math.round(ground + (figure - ground) * covered)
  }
  const pixels = { data, raw: { width: size, height: size, channels: 1 } } as const
  return toPixels(fromPixels(pixels).toColourspace('srgb'))
}
