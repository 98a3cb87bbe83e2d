import { ImageError } from './image-error.js'

/** A rectangle of whole pixels, from the upper left corner. */
export type Area = {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/**
 * The square an avatar is made of: the largest in the middle of the crop, or of the picture without one.
 *
 * @throws ImageError `invalid-crop` unless the crop is whole pixels, at least one, inside the picture
 */
export function squareIn(picture: { width: number; height: number }, crop?: Area): Area {
  const { x, y, width, height } = crop ?? { x: 0, y: 0, width: picture.width, height: picture.height }
  const whole = [x, y, width, height].every(Number.isInteger)
  const inside = x >= 0 && y >= 0 && x + width <= picture.width && y + height <= picture.height
  if (!whole || !inside || width < 1 || height < 1) {
    throw new ImageError(
      'invalid-crop',
      `The crop is not inside the picture of ${picture.width} × ${picture.height} pixels.`,
    )
  }
  const side = Math.min(width, height)
  return { x: x + ((width - side) >> 1), y: y + ((height - side) >> 1), width: side, height: side }
}

/**
 * Maps an area of the upright picture to the picture as it is stored.
 *
 * @param picture its upright size and EXIF orientation (CIPA DC-008, tag 0x0112)
 */
export function storedArea(
  area: Area,
  picture: { width: number; height: number; orientation: number },
): Area {
  const { x, y, width, height } = area
  const fromRight = picture.width - x - width
  const fromBottom = picture.height - y - height
  switch (picture.orientation) {
    case 2:
      return { x: fromRight, y, width, height }
    case 3:
      return { x: fromRight, y: fromBottom, width, height }
    case 4:
      return { x, y: fromBottom, width, height }
    case 5:
      return { x: y, y: x, width: height, height: width }
    case 6:
      return { x: y, y: fromRight, width: height, height: width }
    case 7:
      return { x: fromBottom, y: fromRight, width: height, height: width }
    case 8:
      return { x: fromBottom, y: x, width: height, height: width }
    default:
      return area
  }
}
