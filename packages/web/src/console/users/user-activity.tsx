import { useInfiniteQuery } from '@tanstack/react-query'
import { asFault } from '../../api/likeness.js'
import { textsOf, useTexts } from '../../language/texts.js'
import { happenedTexts } from '../../trail/happened.js'
import { Button } from '../../ui/button.js'
import { FaultNotice } from '../../ui/fault-notice.js'
import { Moment } from '../../ui/moment.js'
import { Skeleton } from '../../ui/skeleton.js'
import { ChangeList, Details } from '../ui/changes.js'
import { NamesOf } from '../ui/names.js'
import { Person } from '../ui/person.js'
import { listActivity } from './read-user.js'

/** What happened on someone's account, the newest first. */
export function UserActivity({ id }: { id: string }) {
  const words = useTexts(texts)
  const happened = useTexts(happenedTexts)
  const activity = useInfiniteQuery(listActivity(id))
  const items = activity.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <section aria-label={words.title}>
      <h3 className="mb-3 text-lg font-semibold">{words.title}</h3>
      {activity.isPending && <Skeleton className="h-64 w-full" />}
      {activity.error && (
        <FaultNotice fault={asFault(activity.error)} again={() => void activity.refetch()} />
      )}
      <NamesOf ids={items.flatMap(({ actorId }) => actorId ?? [])}>
        <ol className="space-y-4 border-l-2 border-line pl-4">
          {items.map(({ id: key, type, at, actorId, ip, changes, details }) => (
            <li key={key}>
              <p className="flex flex-wrap items-baseline gap-x-2">
                <b className="font-semibold">{happened[type]}</b>
                <span className="text-sm text-soft">
                  <Moment at={at} />
                </span>
              </p>
              <p className="flex flex-wrap items-center gap-x-1.5 text-sm text-soft">
                {actorId !== null && (
                  <>
                    {words.by} <Person id={actorId} />
                  </>
                )}
                {ip !== null && <span>{words.from(ip)}</span>}
              </p>
              <ChangeList changes={changes} />
              <Details details={details} />
            </li>
          ))}
        </ol>
      </NamesOf>
      {activity.hasNextPage && (
        <Button
          className="mt-4"
          busy={activity.isFetchingNextPage}
          onClick={() => void activity.fetchNextPage()}
        >
          {words.more}
        </Button>
      )}
    </section>
  )
}

const texts = textsOf({
  en: { title: 'Activity', by: 'by', from: (ip: string) => `from ${ip}`, more: 'Show more' },
  fr: { title: 'Activité', by: 'par', from: (ip: string) => `depuis ${ip}`, more: 'En afficher plus' },
})
