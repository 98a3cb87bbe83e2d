import type { Frame } from '../frame.js'

/** Share of zoom for each pixel of the wheel. */
const WHEEL = 0.002

/**
 * Moves the picture behind the frame by dragging, and zooms by two fingers, or by Ctrl and the wheel: a plain wheel
 * scrolls the page. Returns the function that stops it.
 */
export function dragOn(canvas: HTMLCanvasElement, frame: Frame): () => void {
  const listen = new AbortController()
  const fingers = new Map<number, { x: number; y: number }>()
  const spread = () => {
    const [one, other] = [...fingers.values()]
    return one && other ? Math.hypot(one.x - other.x, one.y - other.y) : 0
  }
  const on = <Name extends keyof HTMLElementEventMap>(
    name: Name,
    listener: (event: HTMLElementEventMap[Name]) => void,
  ) => canvas.addEventListener(name, listener, { signal: listen.signal, passive: false })

  on('pointerdown', (event) => {
    canvas.setPointerCapture(event.pointerId)
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY })
  })
  on('pointermove', ({ pointerId, clientX, clientY }) => {
    const before = fingers.get(pointerId)
    if (!before) return
    const wide = spread()
    fingers.set(pointerId, { x: clientX, y: clientY })
    const share = fingers.size * canvas.clientWidth
    frame.pan((before.x - clientX) / share, (before.y - clientY) / share)
    if (wide > 0) frame.zoomTo((frame.zoom() * spread()) / wide)
  })
  for (const name of ['pointerup', 'pointercancel'] as const) {
    on(name, ({ pointerId }) => fingers.delete(pointerId))
  }
  on('wheel', (event) => {
    if (!event.ctrlKey && !event.metaKey) return
    event.preventDefault()
    frame.zoomTo(frame.zoom() * (1 - event.deltaY * WHEEL))
  })
  return () => listen.abort()
}
