import { ImageFormat } from '@likeness/contracts'
import { describeBytes, type ImageError } from '@likeness/images'
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
        accepted: ImageFormat.options.map((format) => format.toUpperCase()).join(', '),
      })
    case 'too-many-pixels':
      return problem('too-many-pixels', { limit: limits.maxPixels })
    case 'image-too-small':
      return problem('image-too-small', { limit: limits.minPixels })
    default:
      return problem('invalid-image')
  }
}
