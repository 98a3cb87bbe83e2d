import { useState } from 'react'
import type { Direction } from '../ui/icons.js'
import { clamp, maxZoom } from './square-crop.js'

type Point = { x: number; y: number }
type Size = { width: number; height: number }

/** One press of a button moves the picture by this share of the frame. */
const STEP = 0.1

const directions: Record<Direction, Point> = {
  up: { x: 0, y: -1 },
  right: { x: 1, y: 0 },
  down: { x: 0, y: 1 },
  left: { x: -1, y: 0 },
}

export type Frame = ReturnType<typeof useFrame>

/**
 * The position of the picture behind the frame, in pixels of the screen, and its zoom.
 * @param upright pixels of the upload, which bound the zoom
 */
export function useFrame(upright: Size) {
  const [offset, setOffset] = useState<Point>({ x: 0, y: 0 })
  const [zoom, setZoom] = useState(1)
  const [picture, setPicture] = useState<Size>()
  const [frame, setFrame] = useState<Size>()
  const most = maxZoom(upright)

  function move(to: Direction): void {
    if (!picture || !frame) return
    const bounded = (at: number, toward: number, whole: number, part: number) => {
      const room = Math.max(0, (whole * zoom - part) / 2)
      return clamp(at + toward * part * STEP, -room, room)
    }
    const { x, y } = directions[to]
    setOffset((at) => ({
      x: bounded(at.x, x, picture.width, frame.width),
      y: bounded(at.y, y, picture.height, frame.height),
    }))
  }

  return {
    offset,
    setOffset,
    zoom,
    setZoom: (value: number) => setZoom(clamp(value, 1, most)),
    maxZoom: most,
    setPicture,
    setFrame,
    move,
    reset: () => {
      setZoom(1)
      setOffset({ x: 0, y: 0 })
    },
  }
}
