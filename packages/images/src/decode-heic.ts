import { onlyPrimary } from './heif-primary.js'
import { ImageError } from './image-error.js'
import type { Pixels } from './pixels.js'

/**
 * Decodes the primary picture with libheif in WebAssembly, loaded when first needed: 1.5 s on a slow machine.
 * In a decoding process only.
 */
export async function decodeHeic(bytes: Buffer, header: { width: number; height: number }): Promise<Pixels> {
  const { default: decode } = await import('heic-decode')
  const { width, height, data } = await decode({ buffer: onlyPrimary(bytes) })
  if (width !== header.width || height !== header.height) {
    throw new ImageError('invalid-image', 'The picture is damaged: its header tells another size.')
  }
  return {
    data: Buffer.from(data.buffer, data.byteOffset, data.byteLength),
    raw: { width, height, channels: 4 },
  }
}
