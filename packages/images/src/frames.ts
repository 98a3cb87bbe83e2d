import type { Sharp } from 'sharp'
import { fromPixels, type Pixels, toPixels } from './pixels.js'

/** How an animation is played. */
export type Timing = {
  /** Milliseconds each frame is shown. */
  readonly delay: readonly number[]
  /** How often it plays; 0 means without end. */
  readonly loop: number
}

/** The frames of an animation, of one size; a still has one. */
export type Frames = Timing & {
  /** Below each other, as libvips keeps them. */
  readonly pixels: Pixels
}

/** A still, as an animation of one frame. */
export const still = (pixels: Pixels): Frames => ({ pixels, delay: [0], loop: 0 })

/** Height of each frame. */
export const frameHeight = ({ pixels, delay }: Frames): number => pixels.raw.height / delay.length

export function frameOf(frames: Frames, index: number): Pixels {
  const { data, raw } = frames.pixels
  const bytes = data.length / frames.delay.length
  return {
    data: data.subarray(index * bytes, (index + 1) * bytes),
    raw: { ...raw, height: frameHeight(frames) },
  }
}

/** Changes every frame by itself: resized as one picture, neighbours would shine through at their edges. */
export async function mapFrames(frames: Frames, change: (frame: Sharp) => Sharp): Promise<Frames> {
  const count = frames.delay.length
  const first = await toPixels(change(fromPixels(frameOf(frames, 0))))
  const data = Buffer.allocUnsafe(first.data.length * count)
  data.set(first.data)
  for (let index = 1; index < count; index++) {
    const next = await toPixels(change(fromPixels(frameOf(frames, index))))
    data.set(next.data, index * first.data.length)
  }
  return { ...frames, pixels: { data, raw: { ...first.raw, height: first.raw.height * count } } }
}
