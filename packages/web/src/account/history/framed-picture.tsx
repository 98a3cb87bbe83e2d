import type { Upload } from '@likeness/client'
import { PictureIcon } from '../../ui/icons.js'
import { thumbhashBackground } from '../../ui/thumbhash-background.js'

/**
 * A picture as it is framed: from the variant while it is the avatar, else from the preview, which outlives it. A picture
 * that is gone leaves an empty frame.
 * @param size pixels of the variant
 */
export function FramedPicture(props: { upload: Upload; size?: number; className: string }) {
  const { upload, size = 256, className } = props
  const variant = upload.status === 'published' ? variantOf(upload, size) : undefined
  const { previewUrl } = upload
  return (
    <span
      className={`relative grid place-content-center overflow-hidden bg-sunk bg-cover bg-center text-soft/60 ${className}`}
      style={thumbhashBackground(upload.thumbhash)}
    >
      {variant !== undefined && (
        <img src={variant} alt="" loading="lazy" className="absolute inset-0 size-full" />
      )}
      {variant === undefined && previewUrl && (
        <img
          src={new URL(previewUrl).pathname + new URL(previewUrl).search}
          alt=""
          loading="lazy"
          className="absolute max-w-none"
          style={placeOf(upload)}
        />
      )}
      {variant === undefined && !previewUrl && !upload.thumbhash && <PictureIcon />}
    </span>
  )
}

/** The address of a variant of that size, or the next larger one. The page is of the same origin. */
export function variantOf({ avatar }: Upload, size: number): string | undefined {
  const sizes = Object.entries(avatar?.urls ?? {})
    .map(([pixels, urls]) => ({ pixels: Number(pixels), url: urls.webp ?? urls.jpeg }))
    .sort((one, other) => one.pixels - other.pixels)
  const { url } = sizes.find(({ pixels }) => pixels >= size) ?? sizes.at(-1) ?? {}
  return url === undefined ? undefined : new URL(url).pathname
}

/** Where the whole picture lies behind a frame of its crop, or of the centred square. */
function placeOf({ crop, width, height }: Upload) {
  const side = Math.min(width, height)
  const { x, y, width: part } = crop ?? { x: (width - side) / 2, y: (height - side) / 2, width: side }
  return {
    width: `${(width / part) * 100}%`,
    height: `${(height / part) * 100}%`,
    left: `${(-x / part) * 100}%`,
    top: `${(-y / part) * 100}%`,
  }
}
