import { LikenessError } from '@likeness/client'
import { textsNow, textsOf } from '../../language/texts.js'
import { encodeCanvas, fileOf, openImage } from './open-image.js'

/** Maximum pixels of the longer side: eight times what is shown. */
const LARGEST_SIDE = 4096
/** No smaller than the largest size that is published. */
const SMALLEST_SIDE = 512
const QUALITY = 0.9

/**
 * Makes a copy with fewer bytes or pixels, upright, as JPEG, or as WebP if part of it is transparent. It gets smaller
 * step by step until it fits.
 * @param limit maximum bytes, when known; a file within it has too many pixels
 * @throws LikenessError `cannot-shrink` when this browser cannot read it, or it never fits
 */
export async function shrinkPicture(
  file: File,
  limit: number | undefined,
  signal: AbortSignal,
): Promise<File> {
  const image = await openImage(file, cannotShrink)
  signal.throwIfAborted()
  const longest = Math.max(image.naturalWidth, image.naturalHeight)
  const isTooHeavy = limit !== undefined && file.size > limit
  const type = isTransparent(image) ? 'image/webp' : 'image/jpeg'
  for (
    let side = Math.min(isTooHeavy ? longest : longest * 0.7, LARGEST_SIDE);
    side >= Math.min(SMALLEST_SIDE, longest);
    side *= 0.75
  ) {
    const blob = await encodeCanvas(draw(image, side / longest), type, QUALITY)
    signal.throwIfAborted()
    // A browser that cannot write WebP makes a PNG, which fits at a later step.
    if (blob && blob.size <= (limit ?? Number.POSITIVE_INFINITY)) return fileOf(blob, file.name)
  }
  throw cannotShrink()
}

function draw(image: HTMLImageElement, scale: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(image.naturalWidth * scale))
  canvas.height = Math.max(1, Math.round(image.naturalHeight * scale))
  const context = canvas.getContext('2d')
  if (!context) throw cannotShrink()
  context.imageSmoothingQuality = 'high'
  context.drawImage(image, 0, 0, canvas.width, canvas.height)
  return canvas
}

/** Reads a small copy, in which a transparent pixel makes its neighbours slightly transparent. */
function isTransparent(image: HTMLImageElement): boolean {
  const small = draw(image, Math.min(1, 256 / Math.max(image.naturalWidth, image.naturalHeight)))
  const pixels = small.getContext('2d')?.getImageData(0, 0, small.width, small.height).data ?? []
  return pixels.some((value, index) => index % 4 === 3 && value < 255)
}

const cannotShrink = (): LikenessError => new LikenessError('cannot-shrink', textsNow(texts))

const texts = textsOf({
  en: {
    title: 'This picture cannot be made smaller here',
    detail: 'This browser cannot read it, or it stays too large: save it smaller, as JPEG, and choose that.',
  },
  fr: {
    title: 'Cette photo ne peut pas être réduite ici',
    detail:
      'Ce navigateur ne peut pas la lire, ou elle reste trop lourde : enregistrez-la plus petite, en JPEG, puis choisissez celle-là.',
  },
})
