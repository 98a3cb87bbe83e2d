import { isProblem, type Me, type Upload } from '@likeness/client'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { asFault } from '../../api/likeness.js'
import { textsOf, useTexts } from '../../language/texts.js'
import { Dialog } from '../../ui/dialog.js'
import { FaultNotice } from '../../ui/fault-notice.js'
import { Notice } from '../../ui/notice.js'
import { Skeleton } from '../../ui/skeleton.js'
import { Tag } from '../../ui/tag.js'
import { NamesOf } from '../ui/names.js'
import { lookOf, uploadWords } from '../ui/statuses.js'
import { useKeys } from '../ui/use-keys.js'
import { useTold } from '../ui/use-told.js'
import { actWords } from './act-words.js'
import type { Act } from './acts.js'
import { readUpload } from './read-upload.js'
import { UploadActs } from './upload-acts.js'
import { UploadFacts } from './upload-facts.js'
import { UploadPicture } from './upload-picture.js'
import { UploadTrail } from './upload-trail.js'

/**
 * One upload beside the list: its picture, its row, its trail, and what may be done to it.
 * @param listed the row that the list has, shown until the upload is read
 * @param onStep opens the next (1) or the previous (-1) upload of the list
 */
export function UploadDrawer(props: {
  id: string
  listed: Upload | undefined
  me: Me
  onStep: (by: 1 | -1) => void
  onClose: () => void
}) {
  const { id, listed, me, onStep, onClose } = props
  const words = useTexts(texts)
  const { statuses } = useTexts(uploadWords)
  const acts = useTexts(actWords)
  const read = useQuery(readUpload(id))
  const [done, setDone] = useState<{ id: string; act: Act }>()
  const told = useTold(done)
  useKeys({ j: () => onStep(1), k: () => onStep(-1) }, { depth: 1 })
  const seen = read.data?.seen
  const upload = read.data ? (seen?.upload ?? null) : listed
  const name = upload?.originalFilename
  const people = read.data?.trail.flatMap(({ actorKind, actorId }) =>
    actorKind === 'person' && actorId !== null ? [actorId] : [],
  )
  return (
    <NamesOf ids={[...(people ?? []), ...(upload ? [upload.userId] : [])]}>
      <Dialog
        place="side"
        onClose={onClose}
        title={<bdi>{name ?? (upload === null ? words.erased : upload ? words.unnamed : words.upload)}</bdi>}
      >
        <div ref={told} tabIndex={-1}>
          {done?.id === id && <Notice kind="done" title={acts[done.act].done} />}
        </div>
        {read.error && (
          <FaultNotice
            fault={asFault(read.error)}
            again={isProblem(read.error, 'upload-not-found') ? undefined : () => void read.refetch()}
          />
        )}
        {upload === null && <p className="text-soft">{words.erasedText}</p>}
        {upload && (
          <>
            <p className="flex flex-wrap gap-2">
              <Tag look={lookOf(upload.status)}>{statuses[upload.status]}</Tag>
              {upload.heldByOperator && <Tag look="bad">{words.held}</Tag>}
            </p>
            <UploadPicture key={`${upload.id} ${upload.status}`} upload={upload} />
            {seen && (
              <UploadActs
                key={`acts ${upload.id}`}
                seen={seen}
                me={me}
                onDone={(act) => setDone({ id, act })}
              />
            )}
            {!seen && <Skeleton className="h-11 w-64" />}
            <UploadFacts upload={upload} />
          </>
        )}
        {!read.data && !read.error && !upload && <Waiting />}
        {read.data && <UploadTrail trail={read.data.trail} />}
      </Dialog>
    </NamesOf>
  )
}

/** The drawer of an address, until it is read. */
const Waiting = () => (
  <>
    <Skeleton className="h-6 w-24" />
    <Skeleton className="h-80 w-full rounded-2xl" />
    <Skeleton className="h-11 w-64" />
    <Skeleton className="h-72 w-full" />
  </>
)

const texts = textsOf({
  en: {
    upload: 'Upload',
    unnamed: 'Without a name',
    held: 'held by an operator',
    erased: 'An erased upload',
    erasedText: 'The picture is gone, and with it its preview and every size. What happened to it is kept.',
  },
  fr: {
    upload: 'Envoi',
    unnamed: 'Sans nom',
    held: 'retenu par un opérateur',
    erased: 'Un envoi effacé',
    erasedText:
      'La photo a disparu, et avec elle son aperçu et toutes ses tailles. Ce qui lui est arrivé est conservé.',
  },
})
