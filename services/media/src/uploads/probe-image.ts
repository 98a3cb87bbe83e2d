import { describeBytes, formats, ImageError, nameOf, pixelLimit, probe, sniff } from '@likeness/images'
import type { Problem } from '@likeness/runtime/problem'
import type { MediaConfig } from '../config.js'
import { problem } from '../problems.js'

type Limits = { readonly maxPixels: number; readonly minPixels: number }

/**
 * Reads the header of a picture, sent to this service or straight to the storage.
 * @throws Problem unsupported-image, invalid-image, too-many-pixels, image-too-small
 */
export async function probeImage(
  { IMAGE_MAX_PIXELS, IMAGE_MIN_SIDE }: Pick<MediaConfig, 'IMAGE_MAX_PIXELS' | 'IMAGE_MIN_SIDE'>,
  chunks: readonly Buffer[],
) {
  const limits = { maxPixels: IMAGE_MAX_PIXELS, minPixels: IMAGE_MIN_SIDE }
  try {
    const { format, width, height, pages } = await probe(chunks, limits)
    return { format, width, height, pages }
  } catch (error) {
    throw error instanceof ImageError ? imageProblem(error, Buffer.concat(chunks), limits) : error
  }
}

function imageProblem({ code }: ImageError, bytes: Buffer, { maxPixels, minPixels }: Limits): Problem {
  switch (code) {
    case 'unsupported-image':
      return problem('unsupported-image', {
        parameters: {
          seen: describeBytes(bytes),
          accepted: formats.map(nameOf).join(', '),
        },
      })
    case 'too-many-pixels': {
      const format = sniff(bytes)
      const limit = format ? pixelLimit(format, maxPixels) : maxPixels
      return problem('too-many-pixels', { parameters: { limit } })
    }
    case 'image-too-small':
      return problem('image-too-small', { parameters: { limit: minPixels } })
    default:
      return problem('invalid-image')
  }
}
