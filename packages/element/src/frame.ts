import type { Crop } from '@likeness/client'

type Size = { readonly width: number; readonly height: number }

/** No crop is made smaller than this, in pixels of the upright picture, unless the picture itself is. */
const SMALLEST_SIDE = 96
const MOST_ZOOM = 10
/** One press of a button moves the picture by this share of the frame. */
const STEP = 0.1

/** A square of an upright picture: zoom 1 is the largest one, and it never leaves the picture. All in its pixels. */
export type Frame = {
  readonly crop: () => Crop
  readonly zoom: () => number
  readonly maxZoom: number
  /** How far `x` and `y` of the crop can go. */
  readonly room: () => { x: number; y: number }
  readonly zoomTo: (zoom: number) => void
  /** Puts the upper left corner there. */
  readonly place: (at: { x?: number; y?: number }) => void
  /** Moves the frame by shares of its side. */
  readonly pan: (x: number, y: number) => void
  /** One step, -1, 0 or 1 each way. */
  readonly step: (x: number, y: number) => void
  readonly centre: () => void
}

/** @param changed called after each change */
export function createFrame(picture: Size, start: Crop | undefined, changed: () => void): Frame {
  const largest = Math.min(picture.width, picture.height)
  const maxZoom = clamp(largest / SMALLEST_SIDE, 1, MOST_ZOOM)
  const centred = (side: number) => ({
    x: (picture.width - side) / 2,
    y: (picture.height - side) / 2,
    side,
  })
  let at = start ? { x: start.x, y: start.y, side: start.width } : centred(largest)

  function put(x: number, y: number, side = at.side): void {
    at = { side, x: clamp(x, 0, picture.width - side), y: clamp(y, 0, picture.height - side) }
    changed()
  }

  return {
    maxZoom,
    crop: () => {
      const side = Math.round(at.side)
      const start = (value: number, whole: number) => clamp(Math.round(value), 0, whole - side)
      return { x: start(at.x, picture.width), y: start(at.y, picture.height), width: side, height: side }
    },
    zoom: () => largest / at.side,
    room: () => ({ x: picture.width - at.side, y: picture.height - at.side }),
    zoomTo: (zoom) => {
      const side = largest / clamp(zoom, 1, maxZoom)
      const moved = (at.side - side) / 2
      put(at.x + moved, at.y + moved, side)
    },
    place: ({ x = at.x, y = at.y }) => put(x, y),
    pan: (x, y) => put(at.x + x * at.side, at.y + y * at.side),
    step: (x, y) => put(at.x + x * STEP * at.side, at.y + y * STEP * at.side),
    centre: () => {
      const { x, y, side } = centred(largest)
      put(x, y, side)
    },
  }
}

const clamp = (value: number, least: number, most: number): number => Math.min(Math.max(value, least), most)
