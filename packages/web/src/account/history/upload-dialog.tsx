import { isProblem, type Upload } from '@likeness/client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { Link } from 'wouter'
import { asFault } from '../../api/likeness.js'
import { textsOf, useTexts } from '../../language/texts.js'
import { meKey } from '../../session/use-me.js'
import { Button } from '../../ui/button.js'
import { Dialog } from '../../ui/dialog.js'
import { FaultNotice } from '../../ui/fault-notice.js'
import { Notice } from '../../ui/notice.js'
import { Skeleton } from '../../ui/skeleton.js'
import { useFocusOnStep } from '../../ui/use-focus-on-step.js'
import { type Act, actOn, actsOn, type Given } from './change-upload.js'
import { DescribeForm } from './describe-form.js'
import { FramedPicture, variantOf } from './framed-picture.js'
import { readUpload } from './read-upload.js'
import { UploadFacts } from './upload-facts.js'

const Recrop = lazy(() => import('./recrop.js'))

/** One upload: the picture in every size, what is known of it, and what can be done. @param known as the list has it */
export function UploadDialog(props: {
  id: string
  known: Upload | undefined
  userId: string
  onClose: () => void
}) {
  const { id, known, userId, onClose } = props
  const words = useTexts(texts)
  const queries = useQueryClient()
  const [asked, ask] = useState<'recrop' | 'describe' | 'erase'>()
  const act = useMutation({
    mutationFn: ({ upload, act, ...given }: { upload: Upload; act: Act } & Given) =>
      actOn(upload, act, given),
    onSuccess: () => ask(undefined),
    // Also after a refusal: it may not be what was seen. One that is erased cannot be read any more.
    onSettled: async (_, error, { act }) => {
      const isErased = act === 'erase' && !error
      await queries.invalidateQueries({ queryKey: isErased ? ['uploads', 'list'] : ['uploads'] })
      await queries.invalidateQueries({ queryKey: meKey(userId) })
    },
  })
  const fault = act.error ? asFault(act.error) : undefined
  const did = act.isSuccess ? act.variables.act : undefined
  const isErased = did === 'erase'
  // The button that did it may be gone.
  const told = useFocusOnStep<HTMLDivElement>(`${asked} ${did} ${act.submittedAt}`)
  const { data, error } = useQuery({
    ...readUpload(id),
    enabled: !isErased,
    ...(known && { placeholderData: known }),
  })
  const isGone = isErased || isProblem(error, 'upload-not-found')
  return (
    <Dialog title={data?.originalFilename ?? words.title} onClose={onClose} place="side">
      <div ref={told} tabIndex={-1} className="empty:-mb-5">
        {fault && <FaultNotice fault={fault} shown={['altText']} />}
        {did && <Notice kind="done" title={words.done[did]} />}
      </div>
      {error && !isErased && (!data || isGone) && <FaultNotice fault={asFault(error)} />}
      {!data && !error && <Skeleton className="h-96 w-full" />}
      {data && asked === 'recrop' && (
        <Suspense fallback={<Skeleton className="h-96 w-full" />}>
          <Recrop
            upload={data}
            isBusy={act.isPending}
            onCrop={(crop) => act.mutate({ upload: data, act: 'recrop', crop })}
            onBack={() => ask(undefined)}
          />
        </Suspense>
      )}
      {data && asked !== 'recrop' && !isGone && (
        <>
          <Sizes upload={data} />
          <UploadFacts upload={data} />
          {data.status === 'pending' && (
            <Link
              href="/"
              className="inline-flex min-h-11 items-center font-medium text-accent underline-offset-4 hover:underline"
            >
              {words.goOn}
            </Link>
          )}
          {asked === 'erase' && (
            <EraseQuestion
              busy={act.isPending}
              onErase={() => act.mutate({ upload: data, act: 'erase' })}
              onKeep={() => ask(undefined)}
            />
          )}
          {asked === 'describe' && (
            <DescribeForm
              text={data.altText}
              error={fault?.field('altText')}
              busy={act.isPending}
              onDescribe={(altText) => act.mutate({ upload: data, act: 'describe', altText })}
              onBack={() => ask(undefined)}
            />
          )}
          {asked === undefined && (
            <div className="flex flex-wrap gap-3">
              {actsOn(data).map((name) => (
                <Button
                  key={name}
                  look={name === 'restore' ? 'primary' : 'secondary'}
                  busy={act.isPending && act.variables.act === name}
                  off={act.isPending}
                  onClick={() =>
                    name === 'recrop' || name === 'describe' || name === 'erase'
                      ? ask(name)
                      : act.mutate({ upload: data, act: name })
                  }
                >
                  {words.acts[name]}
                </Button>
              ))}
            </div>
          )}
        </>
      )}
    </Dialog>
  )
}

function EraseQuestion(props: { busy: boolean; onErase: () => void; onKeep: () => void }) {
  const words = useTexts(texts)
  const question = useRef<HTMLDivElement>(null)
  useEffect(() => question.current?.focus(), [])
  return (
    <div ref={question} tabIndex={-1} className="space-y-3 rounded-2xl bg-danger-tint p-4">
      <p className="text-sm">{words.sure}</p>
      <div className="flex flex-wrap gap-3">
        <Button busy={props.busy} onClick={props.onErase} className="text-danger!">
          {words.eraseNow}
        </Button>
        <Button onClick={props.onKeep}>{words.keep}</Button>
      </div>
    </div>
  )
}

/** The sizes in which it is shown, from the page's largest to the smallest. */
const shown = [
  [256, 'size-64'],
  [128, 'size-32'],
  [64, 'size-16'],
  [32, 'size-8'],
] as const

function Sizes({ upload }: { upload: Upload }) {
  const words = useTexts(texts)
  const largest = upload.status === 'published' ? variantOf(upload, 512) : undefined
  return (
    <div>
      <div role="img" aria-label={upload.altText || words.picture} className="flex flex-wrap items-end gap-4">
        {shown.map(([size, className]) => (
          <FramedPicture key={size} upload={upload} size={size} className={`${className} rounded-2xl`} />
        ))}
      </div>
      {largest !== undefined && (
        <a
          href={largest}
          target="_blank"
          rel="noreferrer"
          className="mt-2 inline-flex min-h-11 items-center text-sm font-medium text-accent underline-offset-4 hover:underline"
        >
          {words.largest}
        </a>
      )}
    </div>
  )
}

const texts = textsOf({
  en: {
    title: 'Your picture',
    picture: 'The picture in its sizes',
    largest: 'Open it in 512 pixels, in a new tab',
    goOn: 'Frame and confirm it',
    acts: {
      restore: 'Use it again',
      recrop: 'Frame it anew',
      describe: 'Change its description',
      withdraw: 'Take it away',
      discard: 'Discard it',
      erase: 'Erase it',
    },
    sure: 'The picture and its sizes are deleted for good. That it was there, and when, stays in the record.',
    eraseNow: 'Erase it for good',
    keep: 'Keep it',
    done: {
      restore: 'It is your avatar again.',
      recrop: 'Framed anew: it is your avatar.',
      describe: 'The description is saved.',
      withdraw: 'Taken away. Nobody sees it now; you can use it again at any time.',
      discard: 'Discarded.',
      erase: 'Erased.',
    },
  },
  fr: {
    title: 'Votre photo',
    picture: 'La photo dans ses tailles',
    largest: 'L’ouvrir en 512 pixels, dans un nouvel onglet',
    goOn: 'La cadrer et la confirmer',
    acts: {
      restore: 'L’utiliser à nouveau',
      recrop: 'La recadrer',
      describe: 'Modifier sa description',
      withdraw: 'La retirer',
      discard: 'L’abandonner',
      erase: 'L’effacer',
    },
    sure: 'La photo et ses tailles sont supprimées définitivement. Le fait qu’elle a existé, et quand, reste consigné.',
    eraseNow: 'L’effacer définitivement',
    keep: 'La garder',
    done: {
      restore: 'C’est de nouveau votre avatar.',
      recrop: 'Recadrée : c’est votre avatar.',
      describe: 'La description est enregistrée.',
      withdraw: 'Retirée. Personne ne la voit plus ; vous pouvez la réutiliser à tout moment.',
      discard: 'Abandonnée.',
      erase: 'Effacée.',
    },
  },
})
