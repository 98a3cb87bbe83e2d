import type { Upload } from '@likeness/client'
import type { ReactNode } from 'react'
import { useFormats } from '../../language/format.js'
import { textsOf, useTexts } from '../../language/texts.js'
import { Moment } from '../../ui/moment.js'
import { StateTag, useReason } from './state-tag.js'

/** What is known of an upload. */
export function UploadFacts({ upload }: { upload: Upload }) {
  const words = useTexts(texts)
  const { bytes } = useFormats()
  const reason = useReason()(upload)
  const { status, uploadedAt, confirmedAt, publishedAt, closedAt, expiresAt, altText } = upload
  return (
    <dl className="divide-y divide-line border-y border-line text-sm">
      <Fact name={words.state}>
        <StateTag status={status} />
        {reason && <span className="mt-1 block">{reason}</span>}
      </Fact>
      <Fact name={words.sent}>
        <Moment at={uploadedAt} />
      </Fact>
      {status === 'pending' && expiresAt && (
        <Fact name={words.until}>
          <Moment at={expiresAt} look="ago" />
        </Fact>
      )}
      {confirmedAt && (
        <Fact name={words.confirmed}>
          <Moment at={confirmedAt} />
        </Fact>
      )}
      {publishedAt && (
        <Fact name={words.published}>
          <Moment at={publishedAt} />
        </Fact>
      )}
      {closedAt && (
        <Fact name={words.ended}>
          <Moment at={closedAt} />
        </Fact>
      )}
      {altText && <Fact name={words.description}>{altText}</Fact>}
      <Fact name={words.file}>
        {upload.format.toUpperCase()}, {upload.width} × {upload.height}, {bytes(upload.bytes)}
      </Fact>
    </dl>
  )
}

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <div className="grid gap-x-4 py-2.5 sm:grid-cols-[9rem_minmax(0,1fr)]">
    <dt className="text-soft">{name}</dt>
    <dd className="wrap-anywhere">{children}</dd>
  </div>
)

const texts = textsOf({
  en: {
    state: 'State',
    sent: 'Sent',
    until: 'Expires',
    confirmed: 'Confirmed',
    published: 'Published',
    ended: 'Ended',
    description: 'Description',
    file: 'File',
  },
  fr: {
    state: 'État',
    sent: 'Envoyée',
    until: 'Expire',
    confirmed: 'Confirmée',
    published: 'Publiée',
    ended: 'Terminée',
    description: 'Description',
    file: 'Fichier',
  },
})
