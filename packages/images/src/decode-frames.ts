import { type Area, storedArea } from './crop.js'
import { damaged, dropOpaqueAlpha } from './decode-pixels.js'
import { type Frames, mapFrames, type Timing } from './frames.js'
import type { Picture } from './open-picture.js'
import { toPixels } from './pixels.js'

/**
 * How an orientation (CIPA DC-008, tag 0x0112) is turned upright: mirrored first and turned then. sharp's own
 * way to do it does not take animations.
 */
const turns: Readonly<Record<number, { mirror?: 'flip' | 'flop'; angle: number }>> = {
  2: { mirror: 'flop', angle: 0 },
  3: { angle: 180 },
  4: { mirror: 'flip', angle: 0 },
  5: { mirror: 'flip', angle: 90 },
  6: { angle: 90 },
  7: { mirror: 'flop', angle: 90 },
  8: { angle: 270 },
}

/**
 * Decodes the first `count` frames of an animation into squares of `size` pixels, in sRGB: 3 channels, or 4 when
 * some pixel is transparent.
 *
 * @param area a square of the upright picture
 * @throws ImageError `invalid-image` when one of the frames is damaged
 */
export async function decodeFrames(
  picture: Picture,
  area: Area,
  { size, count }: { size: number; count: number },
): Promise<Frames> {
  const { x, y, width, height } = storedArea(area, picture)
  const { mirror, angle } = turns[picture.orientation] ?? { angle: 0 }
  try {
    const cut = await toPixels(picture.decode({ pages: count }).extract({ left: x, top: y, width, height }))
    const squares = await mapFrames({ pixels: cut, ...timingOf(picture, count) }, (frame) => {
      const resized = frame.resize(size, size, { fit: 'fill' })
      return (mirror ? resized[mirror]() : resized).rotate(angle)
    })
    return { ...squares, pixels: await dropOpaqueAlpha(squares.pixels) }
  } catch (cause) {
    return damaged(cause)
  }
}

/** The most sharp writes. */
const mostMs = 65_535
const mostLoops = 65_535

/** Browsers show for 100 ms what is to be shown for 10 or less: nobody meant it to be so fast. */
function timingOf({ delay, loop }: Picture, count: number): Timing {
  const delays = Array.from({ length: count }, (_, index) => delay[index] ?? 0)
  return {
    delay: delays.map((ms) => (ms <= 10 ? 100 : Math.min(ms, mostMs))),
    loop: Math.min(loop, mostLoops),
  }
}
