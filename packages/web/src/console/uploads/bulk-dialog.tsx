import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { asFault } from '../../api/likeness.js'
import { useFormats } from '../../language/format.js'
import { textsOf, useTexts } from '../../language/texts.js'
import { Button } from '../../ui/button.js'
import { Dialog } from '../../ui/dialog.js'
import { FaultNotice, useFaultWords } from '../../ui/fault-notice.js'
import { Notice } from '../../ui/notice.js'
import { Skeleton } from '../../ui/skeleton.js'
import { useForm } from '../../ui/use-form.js'
import { ReasonField } from '../ui/reason-field.js'
import { uploadWords } from '../ui/statuses.js'
import { Thumb } from '../ui/thumb.js'
import { actWords } from './act-words.js'
import { wantsReason } from './acts.js'
import { type BulkAct, carryOut, type Outcome, type Planned, plan } from './bulk.js'
import { bulkWords } from './bulk-words.js'
import { historyKey } from './list-history.js'

/** Shows first what an act would do to each upload, then does it, and tells how it went with each. */
export function BulkDialog(props: { act: BulkAct; ids: readonly string[]; onClose: () => void }) {
  const { act, ids, onClose } = props
  const words = useTexts(texts)
  const about = useTexts(bulkWords)[act]
  const { number, plural } = useFormats()
  const queries = useQueryClient()
  // A plan is made for this dialog alone, and never twice: what is done is what was shown.
  const planned = useQuery({
    queryKey: ['bulk', act, ids],
    queryFn: ({ signal }) => plan(act, ids, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
  })
  const [outcomes, setOutcomes] = useState<ReadonlyMap<string, Outcome>>(new Map())
  const running = useRef<AbortController>(undefined)
  useEffect(() => () => running.current?.abort(), [])
  const toDo = planned.data?.filter((one) => one.act !== undefined) ?? []
  const { form, fault, busy, done } = useForm(async ({ reason = '' }) => {
    const controller = new AbortController()
    running.current = controller
    await carryOut(toDo, reason, {
      signal: controller.signal,
      onOutcome: (id, outcome) => setOutcomes((all) => new Map(all).set(id, outcome)),
    })
    await queries.invalidateQueries({ queryKey: historyKey })
  })
  const succeeded = [...outcomes.values()].filter((outcome) => outcome.done).length
  return (
    <Dialog title={about.name} onClose={onClose}>
      <p>{about.means}</p>
      {planned.error && <FaultNotice fault={asFault(planned.error)} again={() => void planned.refetch()} />}
      {planned.isPending && (
        <p role="status" className="text-sm text-soft">
          {words.reading}
        </p>
      )}
      {planned.isPending && ids.slice(0, 5).map((id) => <Skeleton key={id} className="h-12 w-full" />)}
      {done && (
        <Notice kind="done" title={words.ended(number(succeeded), number(toDo.length))}>
          {outcomes.size < toDo.length && <p>{words.stopped}</p>}
        </Notice>
      )}
      {planned.data && (
        <>
          <p className="font-medium" role="status">
            {words.would(number(toDo.length), number(planned.data.length))}
            {planned.data.length < ids.length && ` ${words.gone(number(ids.length - planned.data.length))}`}
          </p>
          <ul className="max-h-72 space-y-2 overflow-y-auto" aria-label={words.list}>
            {planned.data.map((one) => (
              <PlannedItem
                key={one.seen.upload.id}
                planned={one}
                outcome={outcomes.get(one.seen.upload.id)}
              />
            ))}
          </ul>
        </>
      )}
      <form {...form} className="space-y-5">
        {fault && <FaultNotice fault={fault} shown={['reason']} />}
        {!done && toDo.some((one) => one.act && wantsReason(one.act)) && (
          <ReasonField error={fault?.field('reason')} />
        )}
        <div className="flex flex-wrap gap-3">
          {!done && toDo.length > 0 && (
            <Button type="submit" look="primary" busy={busy}>
              {busy
                ? words.progress(number(outcomes.size), number(toDo.length))
                : words.act(number(toDo.length), plural(toDo.length, words.uploads))}
            </Button>
          )}
          {busy ? (
            <Button onClick={() => running.current?.abort()}>{words.stop}</Button>
          ) : (
            <Button onClick={onClose}>{done ? words.close : words.cancel}</Button>
          )}
        </div>
      </form>
    </Dialog>
  )
}

function PlannedItem({ planned, outcome }: { planned: Planned; outcome: Outcome | undefined }) {
  const { act } = planned
  const { upload } = planned.seen
  const words = useTexts(texts)
  const { statuses } = useTexts(uploadWords)
  const acts = useTexts(actWords)
  return (
    <li className="flex items-center gap-3 text-sm">
      <Thumb upload={upload} />
      <span className="min-w-0 flex-1">
        <bdi className="block truncate font-medium">{upload.originalFilename ?? upload.id}</bdi>
        <span className="text-soft">
          {statuses[upload.status]} → {act ? acts[act].name : words.left}
        </span>
      </span>
      {outcome?.done && <span className="text-accent">{acts[act ?? 'erase'].done}</span>}
      {outcome?.done === false && <Refused error={outcome.error} />}
    </li>
  )
}

function Refused({ error }: { error: unknown }) {
  const { title } = useFaultWords(asFault(error))
  return <span className="max-w-40 text-danger">{title}</span>
}

const texts = textsOf({
  en: {
    reading: 'Looking at each of them as it is now …',
    would: (some: string, all: string) => `${some} of ${all} would change.`,
    gone: (count: string) => `${count} were erased meanwhile.`,
    list: 'What would be done',
    left: 'left as it is',
    act: (count: string, uploads: string) => `Do it to ${count} ${uploads}`,
    uploads: { one: 'upload', other: 'uploads' },
    progress: (done: string, all: string) => `${done} of ${all}`,
    ended: (done: string, all: string) => `Done: ${done} of ${all}`,
    stopped: 'You stopped it. The others are as they were.',
    stop: 'Stop',
    cancel: 'Cancel',
    close: 'Close',
  },
  fr: {
    reading: 'Lecture de chacun tel qu’il est maintenant …',
    would: (some: string, all: string) => `${some} sur ${all} changeraient.`,
    gone: (count: string) => `${count} ont été effacés entre-temps.`,
    list: 'Ce qui serait fait',
    left: 'laissé tel quel',
    act: (count: string, uploads: string) => `L’appliquer à ${count} ${uploads}`,
    uploads: { one: 'envoi', other: 'envois' },
    progress: (done: string, all: string) => `${done} sur ${all}`,
    ended: (done: string, all: string) => `Terminé : ${done} sur ${all}`,
    stopped: 'Vous avez arrêté. Les autres sont restés tels quels.',
    stop: 'Arrêter',
    cancel: 'Annuler',
    close: 'Fermer',
  },
})
