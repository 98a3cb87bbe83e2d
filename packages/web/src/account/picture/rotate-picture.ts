import { LikenessError } from '@likeness/client'
import { textsNow, textsOf } from '../../language/texts.js'
import { turnJpeg } from './jpeg-orientation.js'
import { encodeCanvas, fileOf, openImage } from './open-image.js'
import { shrinkPicture } from './shrink-picture.js'

/** Safari draws nothing on a larger canvas. */
const MOST_PIXELS = 16_000_000
const QUALITY = 0.95

/**
 * Turns a picture a quarter to the right. A JPEG keeps its pixels as they are; others are drawn anew, without loss where
 * that fits.
 * @param limit maximum bytes, when known
 * @throws LikenessError `cannot-rotate` when this browser cannot read it, `cannot-shrink` when it never fits
 */
export async function rotatePicture(
  file: File,
  limit: number | undefined,
  signal: AbortSignal,
): Promise<File> {
  const jpeg = turnJpeg(new Uint8Array(await file.arrayBuffer()))
  const turned = fileOf(jpeg ?? (await drawnAnew(file, limit)), file.name)
  // One that was made smaller before it was sent has to be so again.
  return limit !== undefined && turned.size > limit ? shrinkPicture(turned, limit, signal) : turned
}

async function drawnAnew(file: File, limit: number | undefined): Promise<Blob> {
  const canvas = drawTurned(await openImage(file, cannotRotate))
  const exact = await encodeCanvas(canvas, 'image/png', 1)
  const fits = exact && exact.size <= (limit ?? Number.POSITIVE_INFINITY)
  const blob = fits ? exact : await encodeCanvas(canvas, 'image/webp', QUALITY)
  if (!blob) throw cannotRotate()
  return blob
}

function drawTurned(image: HTMLImageElement): HTMLCanvasElement {
  const { naturalWidth: width, naturalHeight: height } = image
  const scale = Math.min(1, Math.sqrt(MOST_PIXELS / (width * height)))
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(height * scale)
  canvas.height = Math.round(width * scale)
  const context = canvas.getContext('2d')
  if (!context) throw cannotRotate()
  context.imageSmoothingQuality = 'high'
  context.translate(canvas.width, 0)
  context.rotate(Math.PI / 2)
  context.drawImage(image, 0, 0, canvas.height, canvas.width)
  return canvas
}

const cannotRotate = (): LikenessError => new LikenessError('cannot-rotate', textsNow(texts))

const texts = textsOf({
  en: {
    title: 'This picture cannot be rotated here',
    detail: 'This browser cannot read it. Rotate it in another program, and choose it then.',
  },
  fr: {
    title: 'Cette photo ne peut pas être tournée ici',
    detail: 'Ce navigateur ne peut pas la lire. Tournez-la dans un autre programme, puis choisissez-la.',
  },
})
