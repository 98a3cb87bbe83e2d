import { type Crop, isSquare } from '@likeness/contracts'
import type { Problem } from '@likeness/runtime/problem'
import { problem } from '../problems.js'

/** The reason a picture of this size cannot be cropped like this; undefined when it can. */
export function cropProblem(
  { width, height }: { width: number; height: number },
  crop: Crop,
): Problem | undefined {
  const inside = crop.x + crop.width <= width && crop.y + crop.height <= height
  if (inside && isSquare(crop)) return undefined
  const { x, y, width: cropWidth, height: cropHeight } = crop
  return problem('invalid-crop', { parameters: { width, height, x, y, cropWidth, cropHeight } })
}
