import { describeBytes, formats, type ImageError, nameOf, pixelLimit, sniff } from '@likeness/images'
import type { Problem } from '@likeness/runtime'
import { problem } from '../problems.js'

/** The answer to a picture whose header is refused. */
export function imageProblem(
  error: ImageError,
  bytes: Buffer,
  limits: { maxPixels: number; minPixels: number },
): Problem {
  switch (error.code) {
    case 'unsupported-image':
      return problem('unsupported-image', {
        seen: describeBytes(bytes),
        accepted: formats.map(nameOf).join(', '),
      })
    case 'too-many-pixels': {
      const format = sniff(bytes)
      const limit = format ? pixelLimit(format, limits.maxPixels) : limits.maxPixels
      return problem('too-many-pixels', { limit })
    }
    case 'image-too-small':
      return problem('image-too-small', { limit: limits.minPixels })
    default:
      return problem('invalid-image')
  }
}
