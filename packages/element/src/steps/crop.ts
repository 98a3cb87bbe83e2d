import type { Crop } from '@likeness/client'
import { button, h, iconButton } from '../dom.js'
import { createFrame } from '../frame.js'
import { fill } from '../texts.js'
import { dragOn } from './drag.js'
import { alertOf } from './faults.js'
import type { At, Scene, Step } from './step.js'

/** Device pixels of the sides of what is drawn. */
const DRAWN = 640
const ZOOM_STEP = 0.25

/**
 * Frame the picture, describe it, and confirm or discard it. The canvas shows the square that is published, so the page
 * needs to allow no `blob:` pictures.
 */
export function cropStep({ upload, preview, crop, fault }: At<'cropping'>, { flow, texts }: Scene): Step {
  const canvas = h('canvas', {
    width: DRAWN,
    height: DRAWN,
    role: 'img',
    'aria-label': texts.cropStage,
    class: 'stage',
    part: 'stage',
  })
  let picture: ImageBitmap | undefined
  let isLeft = false
  const frame = createFrame(upload, crop ?? undefined, draw)
  const range = (label: string, part: string, input: (value: number) => void) => {
    const slider = h('input', {
      type: 'range',
      min: 0,
      step: 'any',
      'aria-label': label,
      part: `slider ${part}`,
      input: () => input(slider.valueAsNumber),
    })
    return slider
  }
  const across = range(texts.across, 'across', (x) => frame.place({ x: x * frame.room().x }))
  const down = range(texts.down, 'down', (y) => frame.place({ y: y * frame.room().y }))
  const zoom = range(texts.zoom, 'zoom', frame.zoomTo)
  for (const slider of [across, down]) {
    slider.max = '1'
    slider.step = '0.01'
  }
  zoom.min = '1'
  zoom.max = String(Math.max(frame.maxZoom, 1.01))
  zoom.step = '0.05'

  function draw(): void {
    const at = frame.crop()
    const room = frame.room()
    show(across, room.x, at.x, texts.acrossValue)
    show(down, room.y, at.y, texts.downValue)
    zoom.value = String(frame.zoom())
    zoom.setAttribute('aria-valuetext', fill(texts.zoomValue, { percent: Math.round(frame.zoom() * 100) }))
    if (picture) drawCrop(canvas, picture, at, picture.width / upload.width)
  }

  function show(slider: HTMLInputElement, room: number, at: number, text: string): void {
    const share = room < 1 ? 0.5 : at / room
    slider.value = String(share)
    const words = room < 1 ? texts.noRoom : fill(text, { percent: Math.round(share * 100) })
    slider.setAttribute('aria-valuetext', words)
  }

  const stop = dragOn(canvas, frame)
  draw()
  void createImageBitmap(preview).then((bitmap) => {
    if (isLeft) return bitmap.close()
    picture = bitmap
    draw()
  })
  const zoomBy = (by: number) => frame.zoomTo(frame.zoom() + by)
  const description = h('input', {
    type: 'text',
    maxlength: 1000,
    autocomplete: 'off',
    id: 'description',
    part: 'input',
    'aria-describedby': 'description-hint',
    keydown: (event) => (event as KeyboardEvent).key === 'Enter' && confirm(),
  })
  function confirm(): void {
    flow.crop(frame.crop())
    flow.confirm({ altText: description.value.trim() })
  }
  const move = (x: number, y: number) => () => frame.step(x, y)
  return {
    title: texts.crop,
    body: [
      ...(fault ? [alertOf(fault, texts)] : []),
      canvas,
      h('p', { class: 'soft' }, texts.cropHint),
      h(
        'div',
        { class: 'row' },
        iconButton(texts.zoomOut, 'M5 12h14', () => zoomBy(-ZOOM_STEP)),
        zoom,
        iconButton(texts.zoomIn, 'M5 12h14M12 5v14', () => zoomBy(ZOOM_STEP)),
      ),
      h('div', { class: 'row' }, across, down),
      h(
        'div',
        { class: 'row' },
        // The picture moves, so the frame goes the other way.
        iconButton(texts.left, 'M19 12H5m6-6-6 6 6 6', move(1, 0)),
        iconButton(texts.up, 'M12 19V5m-6 6 6-6 6 6', move(0, 1)),
        iconButton(texts.lower, 'M12 5v14m-6-6 6 6 6-6', move(0, -1)),
        iconButton(texts.right, 'M5 12h14m-6-6 6 6-6 6', move(-1, 0)),
        iconButton(texts.centre, 'M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5M12 11v2M11 12h2', frame.centre),
      ),
      h('label', { for: 'description' }, texts.description),
      description,
      h('p', { class: 'soft', id: 'description-hint' }, texts.descriptionHint),
    ],
    actions: [button('primary', texts.confirm, confirm), button('secondary', texts.discard, flow.cancel)],
    leave: () => {
      isLeft = true
      stop()
      picture?.close()
      picture = undefined
    },
  }
}

/** @param scale pixels of the preview for one of the picture */
function drawCrop(canvas: HTMLCanvasElement, picture: ImageBitmap, crop: Crop, scale: number): void {
  const context = canvas.getContext('2d')
  if (!context) return
  const [x, y, side] = [crop.x * scale, crop.y * scale, crop.width * scale]
  context.clearRect(0, 0, DRAWN, DRAWN)
  context.imageSmoothingQuality = 'high'
  context.drawImage(picture, x, y, side, side, 0, 0, DRAWN, DRAWN)
}
