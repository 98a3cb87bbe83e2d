import type { Crop, Upload } from '@likeness/contracts'
import { useEffect, useState } from 'react'
import { IconButton } from '../ui/button.js'
import { ArrowIcon, CentreIcon, type Direction, MinusIcon, PlusIcon } from '../ui/icons.js'
import type { Frame } from './use-frame.js'

const moves: readonly Direction[] = ['left', 'up', 'down', 'right']
const ZOOM_STEP = 0.25

type Props = { frame: Frame; crop: Crop | undefined; upload: Upload; isBusy: boolean }

/** Everything that dragging does, by single presses (WCAG 2.2 SC 2.5.7). */
export function CropControls({ frame, crop, upload, isBusy }: Props) {
  const text = crop ? `${crop.width} × ${crop.height} px of ${upload.width} × ${upload.height}` : '\u00a0'
  return (
    <div inert={isBusy} className="mt-3 space-y-2">
      <div className="flex items-center gap-2">
        <IconButton label="Zoom out" onClick={() => frame.setZoom(frame.zoom - ZOOM_STEP)}>
          <MinusIcon />
        </IconButton>
        <input
          type="range"
          aria-label="Zoom"
          aria-valuetext={`${Math.round(frame.zoom * 100)} percent`}
          min={1}
          max={Math.max(frame.maxZoom, 1.01)}
          step={0.01}
          value={frame.zoom}
          onChange={(event) => frame.setZoom(Number(event.currentTarget.value))}
          className="h-11 min-w-0 flex-1"
        />
        <IconButton label="Zoom in" onClick={() => frame.setZoom(frame.zoom + ZOOM_STEP)}>
          <PlusIcon />
        </IconButton>
      </div>
      <fieldset className="flex justify-between">
        <legend className="sr-only">Move the picture</legend>
        {moves.map((to) => (
          <IconButton key={to} label={`Move ${to}`} onClick={() => frame.move(to)}>
            <ArrowIcon to={to} />
          </IconButton>
        ))}
        <IconButton label="Centre, without zoom" onClick={frame.reset}>
          <CentreIcon />
        </IconButton>
      </fieldset>
      <p className="text-center text-xs text-soft tabular-nums">{text}</p>
      <p id="crop-help" className="sr-only">
        Arrow keys move the picture, with Shift in small steps. Buttons and a zoom slider follow.
      </p>
      <SpokenCrop text={crop ? `${text}, ${crop.x} from the left and ${crop.y} from the top.` : ''} />
    </div>
  )
}

/** Announces where the frame is once it has come to rest. */
function SpokenCrop({ text }: { text: string }) {
  const [spoken, setSpoken] = useState('')
  useEffect(() => {
    const timer = setTimeout(() => setSpoken(text), 700)
    return () => clearTimeout(timer)
  }, [text])
  return (
    <p role="status" className="sr-only">
      {spoken}
    </p>
  )
}
