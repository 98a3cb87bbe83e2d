import type { Upload } from '@likeness/client'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { useFormats } from '../../language/format.js'
import { textsOf, useTexts } from '../../language/texts.js'
import { Moment } from '../../ui/moment.js'
import { useCauses } from '../ui/causes.js'
import { Person } from '../ui/person.js'
import { useAddress } from '../ui/use-address.js'

/** Every field of the row. */
export function UploadFacts({ upload }: { upload: Upload }) {
  const words = useTexts(texts)
  const { number, bytes } = useFormats()
  const { hrefWith } = useAddress()
  const causeOf = useCauses()
  const { crop, failure, avatar } = upload
  const time = (at: string | null) => at && <Moment at={at} />
  const facts: Readonly<Record<keyof typeof words.facts, ReactNode>> = {
    id: <code className="text-xs break-all">{upload.id}</code>,
    owner: <Person id={upload.userId} />,
    sha256: (
      <Link
        href={hrefWith({ sha256: upload.sha256, upload: undefined, cursor: undefined, before: undefined })}
        className="text-accent underline-offset-4 hover:underline"
      >
        <code className="text-xs break-all">{upload.sha256}</code>
        <span className="sr-only">{words.same}</span>
      </Link>
    ),
    format: upload.pages > 1 ? words.animated(upload.format, upload.pages) : upload.format,
    bytes: words.bytes(bytes(upload.bytes), number(upload.bytes)),
    pixels: `${number(upload.width)} × ${number(upload.height)}`,
    crop: crop && `${crop.width} × ${crop.height} + ${crop.x}, ${crop.y}`,
    altText: upload.altText && <bdi>{upload.altText}</bdi>,
    version: avatar && number(avatar.version),
    failure: failure && (
      <>
        {causeOf(failure.code)} <code className="text-xs text-soft">{failure.code}</code>
      </>
    ),
    uploadedAt: time(upload.uploadedAt),
    confirmedAt: time(upload.confirmedAt),
    publishedAt: time(upload.publishedAt),
    expiresAt: time(upload.expiresAt),
    closedAt: time(upload.closedAt),
  }
  const names = Object.keys(words.facts) as (keyof typeof words.facts)[]
  return (
    <section aria-label={words.title}>
      <h3 className="mb-2 text-lg font-semibold">{words.title}</h3>
      <dl className="grid grid-cols-[8rem_minmax(0,1fr)] gap-x-4 gap-y-1.5 text-sm">
        {names.map((name) => (
          <div key={name} className="contents">
            <dt className="text-soft">{words.facts[name]}</dt>
            <dd className="wrap-anywhere">{facts[name] || <span className="text-soft">–</span>}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

const texts = textsOf({
  en: {
    title: 'The row',
    same: ', lists every upload of these bytes',
    animated: (format: string, pages: number) => `${format}, ${pages} frames`,
    bytes: (size: string, exact: string) => `${size} (${exact})`,
    facts: {
      id: 'Id',
      owner: 'Owner',
      sha256: 'SHA-256',
      format: 'Format',
      bytes: 'Size',
      pixels: 'Pixels',
      crop: 'Crop',
      altText: 'Text',
      version: 'Version',
      failure: 'Failure',
      uploadedAt: 'Uploaded',
      confirmedAt: 'Confirmed',
      publishedAt: 'Published',
      expiresAt: 'Expires',
      closedAt: 'Closed',
    },
  },
  fr: {
    title: 'La ligne',
    same: ', liste tous les envois de ces octets',
    animated: (format: string, pages: number) => `${format}, ${pages} images`,
    bytes: (size: string, exact: string) => `${size} (${exact})`,
    facts: {
      id: 'Identifiant',
      owner: 'Propriétaire',
      sha256: 'SHA-256',
      format: 'Format',
      bytes: 'Taille',
      pixels: 'Pixels',
      crop: 'Cadrage',
      altText: 'Texte',
      version: 'Version',
      failure: 'Échec',
      uploadedAt: 'Envoyé',
      confirmedAt: 'Confirmé',
      publishedAt: 'Publié',
      expiresAt: 'Expire',
      closedAt: 'Clos',
    },
  },
})
