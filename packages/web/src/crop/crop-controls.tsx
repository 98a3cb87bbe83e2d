import type { Crop, Upload } from '@likeness/client'
import { type ReactNode, useEffect, useState } from 'react'
import { useFormats } from '../language/format.js'
import { textsOf, useTexts } from '../language/texts.js'
import { IconButton } from '../ui/button.js'
import { ArrowIcon, CentreIcon, type Direction, MinusIcon, PlusIcon } from '../ui/icons.js'
import type { Frame } from './use-frame.js'

const ZOOM_STEP = 0.25
/** One press of an arrow key on a slider, in percent of the way from the middle to the edge. */
const SLIDE_STEP = 5

type Props = { frame: Frame; crop: Crop | undefined; upload: Upload; isBusy: boolean }

/**
 * Everything that dragging does, by single presses (WCAG 2.2 SC 2.5.7) and by sliders, which say in words where the
 * picture is.
 */
export function CropControls({ frame, crop, upload, isBusy }: Props) {
  const words = useTexts(texts)
  const { percent } = useFormats()
  const text = crop ? words.part(crop, upload) : '\u00a0'
  return (
    <fieldset inert={isBusy} className="mt-3 space-y-1">
      <legend className="sr-only">{words.move}</legend>
      <Slider
        name={words.across}
        text={words.at(frame.position.x, 'right', 'left', percent)}
        value={frame.position.x}
        onSlide={(value) => frame.place({ x: value })}
        less={
          <Press name={words.to.left} icon={<ArrowIcon to="left" />} onPress={() => frame.move('left')} />
        }
        more={
          <Press name={words.to.right} icon={<ArrowIcon to="right" />} onPress={() => frame.move('right')} />
        }
      />
      <Slider
        name={words.upright}
        text={words.at(frame.position.y, 'up', 'down', percent)}
        value={frame.position.y}
        onSlide={(value) => frame.place({ y: value })}
        less={
          <Press name={words.to.down} icon={<ArrowIcon to="down" />} onPress={() => frame.move('down')} />
        }
        more={<Press name={words.to.up} icon={<ArrowIcon to="up" />} onPress={() => frame.move('up')} />}
      />
      <div className="flex items-center gap-2">
        <Press
          name={words.zoomOut}
          icon={<MinusIcon />}
          onPress={() => frame.setZoom(frame.zoom - ZOOM_STEP)}
        />
        <input
          type="range"
          aria-label={words.zoom}
          aria-valuetext={percent(Math.round(frame.zoom * 100) / 100)}
          min={1}
          max={Math.max(frame.maxZoom, 1.01)}
          step={0.01}
          value={frame.zoom}
          onChange={(event) => frame.setZoom(Number(event.currentTarget.value))}
          className="h-11 min-w-0 flex-1"
        />
        <Press
          name={words.zoomIn}
          icon={<PlusIcon />}
          onPress={() => frame.setZoom(frame.zoom + ZOOM_STEP)}
        />
      </div>
      <div className="flex items-center justify-between gap-3 pt-1">
        <p className="text-xs text-soft tabular-nums">{text}</p>
        <Press name={words.centre} icon={<CentreIcon />} onPress={frame.reset} />
      </div>
      <p id="crop-help" className="sr-only">
        {words.help}
      </p>
      <SpokenCrop text={crop ? words.spoken(text, crop) : ''} />
    </fieldset>
  )
}

const Press = ({ name, icon, onPress }: { name: string; icon: ReactNode; onPress: () => void }) => (
  <IconButton label={name} onClick={onPress}>
    {icon}
  </IconButton>
)

/** @param value -100 to 100, undefined where the picture has no room to move */
function Slider(props: {
  name: string
  text: string
  value: number | undefined
  onSlide: (value: number) => void
  less: ReactNode
  more: ReactNode
}) {
  return (
    <div className="flex items-center gap-2">
      {props.less}
      <input
        type="range"
        aria-label={props.name}
        aria-valuetext={props.text}
        min={-100}
        max={100}
        step={SLIDE_STEP}
        value={props.value ?? 0}
        onChange={(event) => props.onSlide(Number(event.currentTarget.value))}
        className="h-11 min-w-0 flex-1"
      />
      {props.more}
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

const english = { left: 'to the left', right: 'to the right', up: 'up', down: 'down' } as const
const french = { left: 'à gauche', right: 'à droite', up: 'en haut', down: 'en bas' } as const

type Percent = (share: number) => string

const texts = textsOf({
  en: {
    part: (crop: Crop, whole: Upload) =>
      `${crop.width} × ${crop.height} px of ${whole.width} × ${whole.height}`,
    spoken: (part: string, { x, y }: Crop) => `${part}, ${x} from the left and ${y} from the top.`,
    zoom: 'Zoom',
    zoomOut: 'Zoom out',
    zoomIn: 'Zoom in',
    move: 'Move the picture',
    across: 'Picture, left and right',
    upright: 'Picture, up and down',
    at: (position: number | undefined, more: Direction, less: Direction, percent: Percent): string => {
      if (position === undefined) return 'no room to move: all of it is in the frame'
      if (position === 0) return 'in the middle'
      const way = english[position > 0 ? more : less]
      const share = Math.abs(position) / 100
      return share === 1 ? `as far ${way} as it goes` : `${percent(share)} ${way}`
    },
    to: { left: 'Move left', up: 'Move up', down: 'Move down', right: 'Move right' },
    centre: 'Centre, without zoom',
    help: 'Arrow keys move the picture, with Shift in small steps. Sliders and buttons follow.',
  },
  fr: {
    part: (crop: Crop, whole: Upload) =>
      `${crop.width} × ${crop.height} px sur ${whole.width} × ${whole.height}`,
    spoken: (part: string, { x, y }: Crop) => `${part}, à ${x} de la gauche et ${y} du haut.`,
    zoom: 'Zoom',
    zoomOut: 'Dézoomer',
    zoomIn: 'Zoomer',
    move: 'Déplacer la photo',
    across: 'Photo, à gauche et à droite',
    upright: 'Photo, en haut et en bas',
    at: (position: number | undefined, more: Direction, less: Direction, percent: Percent): string => {
      if (position === undefined) return 'ne peut pas bouger : elle est tout entière dans le cadre'
      if (position === 0) return 'au milieu'
      const way = french[position > 0 ? more : less]
      const share = Math.abs(position) / 100
      return share === 1 ? `tout ${way}` : `${percent(share)} ${way}`
    },
    to: {
      left: 'Vers la gauche',
      up: 'Vers le haut',
      down: 'Vers le bas',
      right: 'Vers la droite',
    },
    centre: 'Centrer, sans zoom',
    help: 'Les flèches déplacent la photo, avec Maj par petits pas. Des curseurs et des boutons suivent.',
  },
})
