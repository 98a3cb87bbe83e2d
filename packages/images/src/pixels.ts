import type { CreateRaw, Sharp } from 'sharp'
import { sharp } from './sharp.js'

/** Pixels in memory, 8 bits a channel. */
export type Pixels = { readonly data: Buffer; readonly raw: CreateRaw }

/** Reads pixels that a pipeline makes. */
export async function toPixels(pipeline: Sharp): Promise<Pixels> {
  const { data, info } = await pipeline.raw().toBuffer({ resolveWithObject: true })
  return { data, raw: { width: info.width, height: info.height, channels: info.channels } }
}

/** Starts a pipeline over pixels. */
export function fromPixels({ data, raw }: Pixels): Sharp {
  return sharp(data, { raw })
}
