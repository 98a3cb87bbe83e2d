import { type Avatar, call, type Upload } from '@likeness/client'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { client } from '../../api/likeness.js'
import { textsOf, useTexts } from '../../language/texts.js'
import { urlsOf } from '../../ui/picture-urls.js'

/** Larger ones are shown at this many pixels. */
const LARGEST = 128

/** The avatar in each of its sizes. Of a past one only operators may see them, with their access token. */
export function UploadSizes({ upload, avatar }: { upload: Upload; avatar: Avatar }) {
  const words = useTexts(texts)
  if (upload.status === 'withdrawn')
    return <p className="mt-2 text-center text-xs text-white/80">{words.gone}</p>
  const sizes = urlsOf(avatar)
  return (
    <ul aria-label={words.sizes} className="mt-3 flex flex-wrap items-end justify-center gap-3">
      {sizes.map(({ pixels, path }) => (
        <li key={pixels} className="text-center text-xs text-white/80 tabular-nums">
          {upload.status === 'published' ? (
            <Shown path={path} pixels={pixels} alt={words.alt(pixels)} />
          ) : (
            <Guarded path={path} pixels={pixels} alt={words.alt(pixels)} />
          )}
          {pixels}
        </li>
      ))}
    </ul>
  )
}

type Props = { path: string; pixels: number; alt: string }

const Shown = ({ path, pixels, alt }: Props) => (
  <img
    src={path}
    alt={alt}
    width={Math.min(pixels, LARGEST)}
    height={Math.min(pixels, LARGEST)}
    className="mb-1 rounded-lg"
  />
)

function Guarded({ path, pixels, alt }: Props) {
  const [, , , userId = '', version = '', file = ''] = path.split('/')
  const { data } = useQuery({
    queryKey: ['variant', path],
    queryFn: async ({ signal }) =>
      (
        await call(client, 'GET /v1/avatars/:userId/:version/:file', {
          params: { userId, version: Number(version), file },
          signal,
        })
      ).body,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  })
  const [url, setUrl] = useState<string>()
  useEffect(() => {
    if (data === undefined) return
    const made = URL.createObjectURL(data)
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [data])
  const side = Math.min(pixels, LARGEST)
  if (url === undefined)
    return <span style={{ width: side, height: side }} className="mb-1 block rounded-lg bg-white/10" />
  return <Shown path={url} pixels={pixels} alt={alt} />
}

const texts = textsOf({
  en: {
    sizes: 'Sizes in pixels',
    alt: (pixels: number) => `The avatar at ${pixels} pixels`,
    gone: 'Its sizes are shown to nobody while it is withdrawn.',
  },
  fr: {
    sizes: 'Tailles en pixels',
    alt: (pixels: number) => `L’avatar à ${pixels} pixels`,
    gone: 'Ses tailles ne sont montrées à personne tant qu’il est retiré.',
  },
})
