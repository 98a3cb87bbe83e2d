import type { Upload } from '@likeness/client'
import { useState } from 'react'
import { useFormats } from '../../language/format.js'
import { textsOf, useTexts } from '../../language/texts.js'
import { pathOf } from '../../ui/picture-urls.js'
import { thumbhashBackground } from '../../ui/thumbhash-background.js'
import { UploadSizes } from './upload-sizes.js'

/** The picture as it was uploaded, with the square that was chosen of it, and every size of the avatar. */
export function UploadPicture({ upload }: { upload: Upload }) {
  const words = useTexts(texts)
  const { number } = useFormats()
  // A link is good for ten minutes: the one that was loaded stays, so that reading again does not load it again.
  const [previewUrl] = useState(upload.previewUrl)
  const source = previewUrl ?? upload.previewUrl
  const { width, height, crop, altText } = upload
  const share = (part: number, whole: number) => `${(part / whole) * 100}%`
  return (
    <figure className="rounded-2xl bg-stage p-3">
      {source === null ? (
        <div className="grid h-80 place-items-center rounded-xl text-sm text-white/80">
          {upload.status === 'pending' ? words.making : words.none}
        </div>
      ) : (
        <div className="grid h-80 place-items-center">
          <div
            className="relative max-h-80 max-w-full overflow-hidden rounded-lg bg-cover"
            style={{
              aspectRatio: `${width} / ${height}`,
              // As wide as the height of the stage allows, so that it has its final size before it is loaded.
              width: `min(100%, ${(20 * width) / height}rem)`,
              ...thumbhashBackground(upload.thumbhash),
            }}
          >
            <img
              src={pathOf(source)}
              alt={altText || words.alt}
              className="absolute inset-0 size-full animate-appear object-contain"
            />
            {crop && (
              <span
                aria-hidden="true"
                className="absolute border-2 border-white shadow-[0_0_0_100vmax_rgb(0_0_0/0.45)]"
                style={{
                  left: share(crop.x, width),
                  top: share(crop.y, height),
                  width: share(crop.width, width),
                  height: share(crop.height, height),
                }}
              />
            )}
          </div>
        </div>
      )}
      {upload.avatar && <UploadSizes upload={upload} avatar={upload.avatar} />}
      <figcaption className="mt-2 text-center text-xs text-white/80">
        {words.caption(`${number(width)} × ${number(height)}`, crop ? number(crop.width) : undefined)}
      </figcaption>
    </figure>
  )
}

const texts = textsOf({
  en: {
    alt: 'The picture as it was uploaded',
    making: 'The preview is being made.',
    none: 'There is no preview: the files are gone.',
    caption: (pixels: string, side: string | undefined) =>
      side === undefined ? `${pixels} pixels` : `${pixels} pixels; the frame of the avatar has ${side}`,
  },
  fr: {
    alt: 'La photo telle qu’elle a été envoyée',
    making: 'L’aperçu est en cours de création.',
    none: 'Il n’y a pas d’aperçu : les fichiers ont disparu.',
    caption: (pixels: string, side: string | undefined) =>
      side === undefined ? `${pixels} pixels` : `${pixels} pixels ; le cadre de l’avatar en a ${side}`,
  },
})
