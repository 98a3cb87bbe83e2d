import type { Failure } from '@likeness/client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { Link } from 'wouter'
import { asFault } from '../../api/likeness.js'
import { useFormats } from '../../language/format.js'
import { textsOf, useTexts } from '../../language/texts.js'
import { Button } from '../../ui/button.js'
import { Dialog } from '../../ui/dialog.js'
import { FaultNotice } from '../../ui/fault-notice.js'
import { Moment } from '../../ui/moment.js'
import { Notice } from '../../ui/notice.js'
import { useCauses } from '../ui/causes.js'
import { DataTable } from '../ui/data-table.js'
import { NamesOf } from '../ui/names.js'
import { Pager } from '../ui/pager.js'
import { Person } from '../ui/person.js'
import { useAddress } from '../ui/use-address.js'
import { stepTexts } from './failure-words.js'
import { type About, failuresKey, listItems } from './list-failures.js'
import { countRetries, retryAll, retrySome } from './retry.js'

/** Which uploads and people one cause is about, and trying some or all of them again. */
export function CauseDrawer({ about, onClose }: { about: About; onClose: () => void }) {
  const words = useTexts(texts)
  const steps = useTexts(stepTexts)
  const causeOf = useCauses()
  const { number, plural } = useFormats()
  const { params } = useAddress()
  const queries = useQueryClient()
  const list = useQuery(listItems(about, params.get('cursor') ?? undefined))
  const [selected, setSelected] = useState<readonly string[]>([])
  const [tried, setTried] = useState(0)
  const running = useRef<AbortController>(undefined)
  useEffect(() => () => running.current?.abort(), [])
  const onSettled = () => queries.invalidateQueries({ queryKey: failuresKey })
  const count = useMutation({ mutationFn: () => countRetries(about) })
  const all = useMutation({ mutationFn: () => retryAll(about), onSettled })
  const some = useMutation({
    mutationFn: () => {
      running.current = new AbortController()
      setTried(0)
      return retrySome(selected, { signal: running.current.signal, onTried: setTried })
    },
    onSuccess: () => setSelected([]),
    onSettled,
  })
  const rows = list.data?.items
  const retryable = about.state === 'waiting' ? (rows ?? []) : []
  const ids = retryable.flatMap(({ uploadId }) => uploadId ?? [])
  const fault = count.error ?? all.error ?? some.error
  const done = all.data ?? some.data
  return (
    <Dialog place="side" title={causeOf(about.cause)} onClose={onClose}>
      <p className="text-soft">
        {words.during(steps[about.step])} {about.state === 'waiting' ? words.waiting : words.ended}
      </p>
      {fault && <FaultNotice fault={asFault(fault)} />}
      {done && (
        <Notice kind="done" title={words.retried(number(done.retried))}>
          {'gone' in done && done.gone > 0 && <p>{words.gone(number(done.gone))}</p>}
          {'stopped' in done && done.stopped > 0 && <p>{words.stopped(number(done.stopped))}</p>}
          {'left' in done && done.left && <p>{words.left}</p>}
        </Notice>
      )}
      {about.state === 'waiting' && (
        <div className="flex flex-wrap gap-3">
          {count.data === undefined || all.isSuccess ? (
            <Button busy={count.isPending} onClick={() => count.mutate()}>
              {words.all}…
            </Button>
          ) : (
            <Button
              look="primary"
              busy={all.isPending}
              off={count.data === 0}
              onClick={() => all.mutate(undefined, { onSuccess: () => count.reset() })}
            >
              {words.allOf(number(count.data))}
            </Button>
          )}
          <Button busy={some.isPending} off={selected.length === 0} onClick={() => some.mutate()}>
            {some.isPending
              ? words.progress(number(tried), number(selected.length))
              : words.some(number(selected.length), plural(selected.length, words.uploads))}
          </Button>
          {some.isPending && <Button onClick={() => running.current?.abort()}>{words.stop}</Button>}
        </div>
      )}
      {list.error && <FaultNotice fault={asFault(list.error)} again={() => void list.refetch()} />}
      {!list.error && (
        <NamesOf ids={rows?.map(({ userId }) => userId) ?? []}>
          <DataTable
            label={words.list}
            rows={rows}
            expected={5}
            keyOf={({ uploadId, userId }) => uploadId ?? userId}
            busy={list.isPlaceholderData}
            empty={<p className="text-soft">{words.none}</p>}
            {...(ids.length > 0 && {
              selection: {
                has: ({ uploadId }: Failure) => uploadId !== null && selected.includes(uploadId),
                toggle: ({ uploadId }: Failure) =>
                  uploadId !== null &&
                  setSelected((now) =>
                    now.includes(uploadId) ? now.filter((one) => one !== uploadId) : [...now, uploadId],
                  ),
                toggleAll: () => setSelected((now) => (ids.every((id) => now.includes(id)) ? [] : ids)),
                nameOf: ({ uploadId, userId }: Failure) => uploadId ?? userId,
              },
            })}
            columns={[
              {
                key: 'upload',
                name: words.upload,
                width: 8,
                cell: ({ uploadId }) =>
                  uploadId === null ? (
                    '–'
                  ) : (
                    <Link
                      href={`/console/uploads?upload=${uploadId}`}
                      className="inline-flex min-h-9 items-center text-accent underline-offset-4 hover:underline"
                    >
                      {words.open}
                    </Link>
                  ),
              },
              { key: 'owner', name: words.owner, width: 9, cell: ({ userId }) => <Person id={userId} /> },
              { key: 'since', name: words.since, width: 11, cell: ({ since }) => <Moment at={since} /> },
              {
                key: 'attempts',
                name: words.attempts,
                width: 5,
                end: true,
                cell: ({ attempts }) => number(attempts),
              },
            ]}
          />
        </NamesOf>
      )}
      {list.data && <Pager next={list.data.nextCursor} shown={list.data.items.length} />}
    </Dialog>
  )
}

const texts = textsOf({
  en: {
    during: (step: string) => `While ${step}.`,
    waiting: 'It is tried again by itself; trying now only ends the pause.',
    ended: 'It has ended and is not tried again: its bytes cannot become an avatar.',
    all: 'Try all again',
    allOf: (count: string) => `Try ${count} again now`,
    some: (count: string, uploads: string) => `Try ${count} selected ${uploads} again`,
    uploads: { one: 'upload', other: 'uploads' },
    retried: (count: string) => `Tried again: ${count}`,
    gone: (count: string) => `${count} waited no more.`,
    progress: (tried: string, all: string) => `${tried} of ${all}`,
    stop: 'Stop',
    stopped: (count: string) => `You stopped it: ${count} were not reached.`,
    left: 'More wait than one request tries: do it again.',
    list: 'What it is about',
    none: 'Nothing of this cause is left.',
    upload: 'Upload',
    open: 'Open',
    owner: 'Owner',
    since: 'Since',
    attempts: 'Tries',
  },
  fr: {
    during: (step: string) => `Pendant : ${step}.`,
    waiting: 'C’est retenté tout seul ; réessayer maintenant met seulement fin à la pause.',
    ended: 'C’est terminé et ne sera pas retenté : ces octets ne peuvent pas devenir un avatar.',
    all: 'Tout réessayer',
    allOf: (count: string) => `En réessayer ${count} maintenant`,
    some: (count: string, uploads: string) => `Réessayer ${count} ${uploads}`,
    uploads: { one: 'envoi sélectionné', other: 'envois sélectionnés' },
    retried: (count: string) => `Nouvel essai : ${count}`,
    gone: (count: string) => `${count} n’attendaient plus.`,
    progress: (tried: string, all: string) => `${tried} sur ${all}`,
    stop: 'Arrêter',
    stopped: (count: string) => `Vous avez arrêté : ${count} n’ont pas été retentés.`,
    left: 'Il en attend plus qu’une requête n’en retente : recommencez.',
    list: 'Ce dont il s’agit',
    none: 'Il ne reste rien pour cette cause.',
    upload: 'Envoi',
    open: 'Ouvrir',
    owner: 'Propriétaire',
    since: 'Depuis',
    attempts: 'Essais',
  },
})
