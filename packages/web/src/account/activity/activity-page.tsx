import type { Activity } from '@likeness/client'
import { useQuery } from '@tanstack/react-query'
import { asFault } from '../../api/likeness.js'
import { textsOf, useTexts } from '../../language/texts.js'
import { useDeviceName } from '../../ui/device-name.js'
import { Empty } from '../../ui/empty.js'
import { FaultNotice } from '../../ui/fault-notice.js'
import { Moment } from '../../ui/moment.js'
import { PageTitle } from '../../ui/page-title.js'
import { Pager, useCursor } from '../../ui/pager.js'
import { Skeleton } from '../../ui/skeleton.js'
import { Tag } from '../../ui/tag.js'
import { useActivityWords } from './describe-activity.js'
import { listActivity } from './list-activity.js'

/** What happened on the account, and who did it. */
export default function ActivityPage() {
  const words = useTexts(texts)
  const { data, error, refetch } = useQuery(listActivity(useCursor()))
  return (
    <>
      <PageTitle title={words.title} lead={words.lead} />
      {error && !data && <FaultNotice fault={asFault(error)} again={() => void refetch()} />}
      {!data && !error && <Skeleton className="h-[60rem] w-full rounded-3xl" />}
      {data?.items.length === 0 && <Empty title={words.empty} />}
      {data && data.items.length > 0 && (
        <ol
          aria-label={words.title}
          className="divide-y divide-line rounded-3xl border border-line bg-card px-5 shadow-lift sm:px-7"
        >
          {data.items.map((activity) => (
            <Entry key={activity.id} activity={activity} />
          ))}
        </ol>
      )}
      <Pager next={data?.nextCursor} />
    </>
  )
}

function Entry({ activity }: { activity: Activity }) {
  const { what, who, more } = useActivityWords()(activity)
  const nameOf = useDeviceName()
  const { at, ip, userAgent, actorRole } = activity
  const origin = [userAgent && nameOf(userAgent), ip].filter(Boolean).join(' · ')
  return (
    <li className="flex flex-wrap justify-between gap-x-6 gap-y-1 py-4">
      <div className="min-w-0 flex-1 basis-72">
        <p className="font-medium wrap-anywhere">{what}</p>
        {more.map((text) => (
          <p key={text} className="text-sm wrap-anywhere">
            {text}
          </p>
        ))}
        <p className="mt-1 flex flex-wrap items-center gap-x-2 gap-y-1 text-sm text-soft wrap-anywhere">
          {actorRole === null ? who : <Tag>{who}</Tag>}
          {origin && <span>{origin}</span>}
        </p>
      </div>
      <p className="text-sm text-soft">
        <Moment at={at} />
      </p>
    </li>
  )
}

const texts = textsOf({
  en: {
    title: 'Activity',
    lead: 'What happened on your account, and what operators did to it and why.',
    empty: 'Nothing yet',
  },
  fr: {
    title: 'Activité',
    lead: 'Ce qui s’est passé sur votre compte, et ce que des opérateurs y ont fait et pourquoi.',
    empty: 'Encore rien',
  },
})
