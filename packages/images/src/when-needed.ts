import type * as drawing from './draw.js'
import type * as resizing from './resize.js'

// libvips takes 0.1 s of CPU to load. A command, or a worker whose children decode, most often ends without it.

/** {@link drawing.draw} */
export const draw: typeof drawing.draw = async (...given) => (await import('./draw.js')).draw(...given)

/** {@link resizing.resize} */
export const resize: typeof resizing.resize = async (...given) =>
  (await import('./resize.js')).resize(...given)

/** Loads what draws, resizes and reads headers, so that no call has to wait for it. */
export async function loadLibvips(): Promise<void> {
  await Promise.all([import('./draw.js'), import('./resize.js'), import('./open-picture.js')])
}
