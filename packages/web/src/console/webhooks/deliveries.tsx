import { call, type Delivery } from '@likeness/client'
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { asFault, client } from '../../api/likeness.js'
import { useFormats } from '../../language/format.js'
import { textsOf, useTexts } from '../../language/texts.js'
import { Button } from '../../ui/button.js'
import { FaultNotice } from '../../ui/fault-notice.js'
import { Moment } from '../../ui/moment.js'
import { Notice } from '../../ui/notice.js'
import { Skeleton } from '../../ui/skeleton.js'
import { Tag } from '../../ui/tag.js'
import { countFailed, listDeliveries, webhooksKey } from './webhooks.js'

const DAY = 86_400_000

/** What a webhook was sent, each with its last answer, and sending it again. */
export function Deliveries({ id }: { id: string }) {
  const words = useTexts(texts)
  const { number } = useFormats()
  const queries = useQueryClient()
  const list = useInfiniteQuery(listDeliveries(id))
  const failed = useMutation({
    mutationFn: async () => {
      const from = new Date(Date.now() - DAY).toISOString()
      return { from, count: await countFailed(id, from) }
    },
  })
  const replay = useMutation({
    mutationFn: async (body: { id: string } | { from: string; state: 'failed' }) =>
      (await call(client, 'POST /v1/webhooks/:id/replay', { params: { id }, body })).body.replayed,
    onSuccess: () => failed.reset(),
    onSettled: () => queries.invalidateQueries({ queryKey: [...webhooksKey, id] }),
  })
  const counted = failed.data
  const fault = failed.error ?? replay.error
  const items = list.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <section aria-label={words.title}>
      <div className="mb-3 flex flex-wrap items-center justify-between gap-3">
        <h3 className="text-lg font-semibold">{words.title}</h3>
        {counted === undefined ? (
          <Button
            busy={failed.isPending}
            onClick={() => {
              replay.reset()
              failed.mutate()
            }}
          >
            {words.replayFailed}…
          </Button>
        ) : (
          <Button
            look="primary"
            busy={replay.isPending}
            off={counted.count === 0}
            onClick={() => replay.mutate({ from: counted.from, state: 'failed' })}
          >
            {words.replayNow(number(counted.count))}
          </Button>
        )}
      </div>
      {fault && <FaultNotice fault={asFault(fault)} />}
      {replay.data !== undefined && <Notice kind="done" title={words.replayed(number(replay.data))} />}
      {list.error && <FaultNotice fault={asFault(list.error)} again={() => void list.refetch()} />}
      {list.isPending && <Skeleton className="h-48 w-full" />}
      {list.data && items.length === 0 && <p className="text-soft">{words.none}</p>}
      <ol className="divide-y divide-line">
        {items.map((delivery) => (
          <Item key={delivery.id} delivery={delivery} onReplay={() => replay.mutate({ id: delivery.id })} />
        ))}
      </ol>
      {list.hasNextPage && (
        <Button className="mt-4" busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {words.more}
        </Button>
      )}
    </section>
  )
}

function Item({ delivery, onReplay }: { delivery: Delivery; onReplay: () => void }) {
  const words = useTexts(texts)
  const { number } = useFormats()
  const { payload, state, attempts, last, isReplay } = delivery
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 py-2.5 text-sm">
      <Tag look={state === 'delivered' ? 'good' : state === 'failed' ? 'bad' : 'plain'}>
        {words.states[state]}
      </Tag>
      <code className="font-medium">{payload.type}</code>
      <span className="text-soft">
        <Moment at={payload.timestamp} />
      </span>
      {isReplay && <Tag>{words.again}</Tag>}
      <span className="min-w-0 flex-1 basis-40 text-soft wrap-anywhere">
        {words.tries(number(attempts))}
        {last && ` · ${last.status ?? last.fault ?? words.underWay}`}
        {last?.milliseconds != null && ` · ${number(last.milliseconds)} ms`}
        {last?.answer && ` · ${last.answer}`}
      </span>
      {state !== 'waiting' && (
        <Button look="quiet" onClick={onReplay}>
          {words.replay}
        </Button>
      )}
    </li>
  )
}

const texts = textsOf({
  en: {
    title: 'What it was sent',
    none: 'Nothing yet.',
    replay: 'Send again',
    replayFailed: 'Send what failed in the last 24 hours again',
    replayNow: (count: string) => `Send ${count} again now`,
    replayed: (count: string) => `Sent again: ${count}`,
    more: 'Show more',
    states: { waiting: 'waiting', delivered: 'delivered', failed: 'given up' },
    again: 'sent again',
    tries: (count: string) => `tries: ${count}`,
    underWay: 'under way',
  },
  fr: {
    title: 'Ce qui lui a été envoyé',
    none: 'Encore rien.',
    replay: 'Renvoyer',
    replayFailed: 'Renvoyer ce qui a échoué ces dernières 24 heures',
    replayNow: (count: string) => `En renvoyer ${count} maintenant`,
    replayed: (count: string) => `Renvoyé : ${count}`,
    more: 'En afficher plus',
    states: { waiting: 'en attente', delivered: 'remis', failed: 'abandonné' },
    again: 'renvoyé',
    tries: (count: string) => `essais : ${count}`,
    underWay: 'en cours',
  },
})
