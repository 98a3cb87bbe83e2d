import type { Crop } from '@likeness/client'

/** A rectangle in percent of the picture, as the cropper gives it. */
export type Area = { x: number; y: number; width: number; height: number }
type Size = { width: number; height: number }

/** No crop is made smaller than this, in pixels of the upright picture, unless the picture itself is. */
const SMALLEST_SIDE = 96
const MOST_ZOOM = 10

/**
 * The square of whole pixels of the upright picture that an area of its scaled preview stands for.
 * It always lies within the picture.
 *
 * @param upright width and height of the upload, not of the preview
 */
export function squareCrop(area: Area, upright: Size): Crop {
  const wanted = Math.min((area.width / 100) * upright.width, (area.height / 100) * upright.height)
  const side = clamp(Math.round(wanted), 1, Math.min(upright.width, upright.height))
  const start = (percent: number, whole: number) =>
    clamp(Math.round((percent / 100) * whole), 0, whole - side)
  return {
    x: start(area.x, upright.width),
    y: start(area.y, upright.height),
    width: side,
    height: side,
  }
}

/** The maximum zoom, where 1 is the largest square. */
export function maxZoom(upright: Size): number {
  return clamp(Math.min(upright.width, upright.height) / SMALLEST_SIDE, 1, MOST_ZOOM)
}

export function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most)
}
