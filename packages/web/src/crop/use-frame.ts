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

  /** How far the picture can go to either side, in pixels of the screen. */
  const room = {
    x: picture && frame ? Math.max(0, (picture.width * zoom - frame.width) / 2) : 0,
    y: picture && frame ? Math.max(0, (picture.height * zoom - frame.height) / 2) : 0,
  }

  function move(to: Direction): void {
    if (!frame) return
    const { x, y } = directions[to]
    setOffset((at) => ({
      x: clamp(at.x + x * frame.width * STEP, -room.x, room.x),
      y: clamp(at.y + y * frame.height * STEP, -room.y, room.y),
    }))
  }

  /** @param share -100 to 100 */
  const along = (share: number, room: number) => (share / 100) * room

  return {
    offset,
    setOffset,
    zoom,
    setZoom: (value: number) => setZoom(clamp(value, 1, most)),
    maxZoom: most,
    setPicture,
    setFrame,
    move,
    /**
     * Where the picture is on each axis, from -100, as far left or down as it goes, to 100, right or up; undefined where
     * it cannot move.
     */
    position: { x: shareOf(offset.x, room.x), y: shareOf(-offset.y, room.y) },
    /** Moves the picture on one axis. @param to -100 to 100, as `position` */
    place: ({ x, y }: { x?: number; y?: number }) =>
      setOffset((at) => ({
        x: x === undefined ? at.x : along(x, room.x),
        y: y === undefined ? at.y : along(-y, room.y),
      })),
    reset: () => {
      setZoom(1)
      setOffset({ x: 0, y: 0 })
    },
  }
}

/** Less than half a pixel of room is none. */
const shareOf = (offset: number, room: number): number | undefined =>
  room < 0.5 ? undefined : clamp(Math.round((offset / room) * 100) || 0, -100, 100)
