import type { Upload } from '@likeness/client'
import { useQuery } from '@tanstack/react-query'
import { Link, useSearchParams } from 'wouter'
import { asFault } from '../../api/likeness.js'
import { textsOf, useTexts } from '../../language/texts.js'
import { Empty } from '../../ui/empty.js'
import { FaultNotice } from '../../ui/fault-notice.js'
import { Moment } from '../../ui/moment.js'
import { PageTitle } from '../../ui/page-title.js'
import { Pager, useCursor } from '../../ui/pager.js'
import { Skeleton } from '../../ui/skeleton.js'
import { FramedPicture } from './framed-picture.js'
import { listUploads } from './list-uploads.js'
import { StateTag, useReason } from './state-tag.js'
import { UploadDialog } from './upload-dialog.js'

/** Everything a person has sent. The upload that is open is in the address. */
export default function HistoryPage({ userId }: { userId: string }) {
  const words = useTexts(texts)
  const cursor = useCursor()
  const { data, error, refetch } = useQuery(listUploads(cursor))
  const [search, setSearch] = useSearchParams()
  const open = search.get('open')
  const openUpload = (id: string | undefined) =>
    setSearch((now) => {
      now.delete('open')
      if (id !== undefined) now.set('open', id)
      return now
    })
  return (
    <>
      <PageTitle title={words.title} lead={words.lead} />
      {error && !data && <FaultNotice fault={asFault(error)} again={() => void refetch()} />}
      {!data && !error && <Waiting />}
      {data?.items.length === 0 && (
        <Empty title={words.empty}>
          <Link href="/" className="font-medium text-accent underline-offset-4 hover:underline">
            {words.choose}
          </Link>
        </Empty>
      )}
      {data && data.items.length > 0 && (
        <ul className={grid}>
          {data.items.map((upload) => (
            <Tile key={upload.id} upload={upload} onOpen={() => openUpload(upload.id)} />
          ))}
        </ul>
      )}
      <Pager next={data?.nextCursor} />
      {open !== null && (
        <UploadDialog
          key={open}
          id={open}
          known={data?.items.find(({ id }) => id === open)}
          userId={userId}
          onClose={() => openUpload(undefined)}
        />
      )}
    </>
  )
}

const grid = 'grid grid-cols-2 gap-4 sm:grid-cols-3 lg:grid-cols-4'

const Waiting = () => (
  <div className={grid}>
    {['1', '2', '3', '4'].map((tile) => (
      <Skeleton key={tile} className="h-72 rounded-3xl" />
    ))}
  </div>
)

function Tile({ upload, onOpen }: { upload: Upload; onOpen: () => void }) {
  const words = useTexts(texts)
  const reason = useReason()(upload)
  return (
    <li>
      <button
        type="button"
        onClick={onOpen}
        className="flex h-full w-full flex-col rounded-3xl border border-line bg-card p-3 text-left shadow-lift transition-colors hover:bg-sunk"
      >
        <FramedPicture upload={upload} className="aspect-square w-full rounded-2xl" />
        <span className="mt-3 flex flex-wrap items-center gap-2">
          <StateTag status={upload.status} />
        </span>
        <span className="mt-1.5 line-clamp-1 w-full text-sm font-medium wrap-anywhere">
          {upload.originalFilename ?? words.unnamed}
        </span>
        <span className="text-sm text-soft">
          <Moment at={upload.uploadedAt} />
        </span>
        {reason && <span className="line-clamp-2 text-sm text-soft">{reason}</span>}
      </button>
    </li>
  )
}

const texts = textsOf({
  en: {
    title: 'History',
    lead: 'Every picture you have sent. Open one to use it again, frame it anew, describe it or erase it.',
    empty: 'No picture yet',
    choose: 'Choose your first picture',
    unnamed: 'Without a name',
  },
  fr: {
    title: 'Historique',
    lead: 'Toutes les photos que vous avez envoyées. Ouvrez-en une pour la réutiliser, la recadrer, la décrire ou l’effacer.',
    empty: 'Pas encore de photo',
    choose: 'Choisir votre première photo',
    unnamed: 'Sans nom',
  },
})
