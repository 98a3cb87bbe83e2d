import type { Upload } from '@likeness/client'
import { useState } from 'react'
import { pathOf, urlsOf } from '../../ui/picture-urls.js'
import { thumbhashBackground } from '../../ui/thumbhash-background.js'

type Shown = Pick<Upload, 'status' | 'thumbhash' | 'previewUrl' | 'avatar'>

/** A picture in a row: its ThumbHash at once, then itself when it comes into view. Nothing of it speaks: the row does. */
export function Thumb({ upload, className = 'size-10' }: { upload: Shown; className?: string }) {
  const [failed, setFailed] = useState<string>()
  const source = sourceOf(upload)
  return (
    <span
      aria-hidden="true"
      style={thumbhashBackground(upload.thumbhash)}
      className={`block shrink-0 overflow-hidden rounded-lg bg-sunk bg-cover bg-center ring-1 ring-line ${className}`}
    >
      {source !== undefined && source !== failed && (
        <img
          src={source}
          alt=""
          loading="lazy"
          decoding="async"
          onError={() => setFailed(source)}
          className="size-full object-cover"
        />
      )}
    </span>
  )
}

/** The small variant of a live avatar; others may be hidden from an `<img>`, which has no access token. */
function sourceOf({ status, avatar, previewUrl }: Shown): string | undefined {
  const small = status === 'published' ? urlsOf(avatar).find(({ pixels }) => pixels >= 64) : undefined
  if (small) return small.path
  return previewUrl === null ? undefined : pathOf(previewUrl)
}
