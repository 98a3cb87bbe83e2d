import { isProblem, type Stats } from '@likeness/client'
import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { asFault } from '../../api/likeness.js'
import { useFormats } from '../../language/format.js'
import { textsOf, useTexts } from '../../language/texts.js'
import { Empty } from '../../ui/empty.js'
import { FaultNotice } from '../../ui/fault-notice.js'
import { PageTitle } from '../../ui/page-title.js'
import { Skeleton } from '../../ui/skeleton.js'
import { useAddress } from '../ui/use-address.js'
import { Figure } from './figure.js'
import { RangeChoice } from './range-choice.js'
import { readStats } from './read-stats.js'
import { Tiles } from './tiles.js'
import { useDuration } from './use-duration.js'

/** How much there is and how long it takes: tiles, and charts with their tables. */
export default function InsightsPage() {
  const words = useTexts(texts)
  const { params } = useAddress()
  const stats = useQuery(readStats(params))
  const fault = stats.error ? asFault(stats.error) : undefined
  const { shown, isOther } = useKept(stats)
  const isWaiting = isOther && stats.isFetching
  return (
    <>
      <PageTitle title={words.title} lead={words.lead}>
        <RangeChoice isTooLong={fault !== undefined && isProblem(fault, 'too-many-buckets')} />
      </PageTitle>
      {fault && (
        <div className="mb-6">
          <FaultNotice
            fault={fault}
            again={isProblem(fault, 'too-many-buckets') ? undefined : () => void stats.refetch()}
          />
        </div>
      )}
      <p role="status" className="mb-4 text-sm text-soft empty:mb-0">
        {isOther && !isWaiting && words.kept}
      </p>
      {shown && (
        <div
          aria-busy={isWaiting}
          className={`space-y-8 transition-opacity ${isWaiting ? 'opacity-60' : ''}`}
        >
          <Tiles stats={shown} />
          <Charts stats={shown} />
          <Refusals refusals={shown.total.refusals} />
        </div>
      )}
      {!shown && stats.isFetching && (
        <div className="space-y-8">
          <Skeleton className="h-[17.25rem] w-full rounded-2xl" />
          <Skeleton className="h-[44rem] w-full rounded-3xl" />
        </div>
      )}
      {!shown && !fault && !stats.isFetching && (
        <Empty title={words.none}>
          <p>{words.noneText}</p>
        </Empty>
      )}
    </>
  )
}

/** The figures of the range, or the last ones that were read: a range that cannot be read takes nothing away. */
function useKept({ data, isPlaceholderData }: Pick<UseQueryResult<Stats>, 'data' | 'isPlaceholderData'>) {
  const [last, setLast] = useState<Stats>()
  const isOther = data === undefined || isPlaceholderData
  if (!isOther && data !== last) setLast(data)
  const shown = data ?? last
  return { shown, isOther: isOther && shown !== undefined }
}

const yearMs = 366 * 86_400_000

/** Bytes are shown in units of 1024. */
const byteSteps = [1, 1024, 1024 ** 2, 1024 ** 3, 1024 ** 4].flatMap((unit) =>
  [1, 2, 5, 10, 20, 50, 100, 200, 500].map((count) => count * unit),
)

/** In ms, as they are shown: parts of a second, seconds, minutes and hours. */
const durationSteps = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 20].map((count) => count * 1000),
  ...[1, 2, 5, 10, 20, 30].map((count) => count * 60_000),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].map((count) => count * 3_600_000),
]

function Charts({ stats: { from, to, items, bucket } }: { stats: Stats }) {
  const words = useTexts(texts)
  const formats = useFormats()
  const duration = useDuration()
  const shown = useMemo(() => {
    const of = (read: (item: Stats['items'][number]) => number | null) => items.map(read)
    return {
      at: items.map(({ at }) => at),
      flow: [
        { name: words.uploads, colour: 'edge', values: of((one) => one.uploads) },
        { name: words.confirms, colour: 'ink', values: of((one) => one.confirms) },
        { name: words.publishes, colour: 'accent', values: of((one) => one.publishes) },
      ],
      ends: [
        { name: words.rejections, colour: 'danger', values: of((one) => one.rejections + one.failures) },
        { name: words.expiries, colour: 'edge', values: of((one) => one.expiries) },
        { name: words.withdrawals, colour: 'ink', values: of((one) => one.withdrawals) },
      ],
      times: [
        { name: words.p95, colour: 'edge', values: of((one) => one.timeToPublish?.p95 ?? null) },
        { name: words.p50, colour: 'accent', values: of((one) => one.timeToPublish?.p50 ?? null) },
      ],
      bytes: [{ name: words.bytes, colour: 'accent', values: of((one) => one.bytes) }],
    } as const
  }, [items, words])
  const { utc } = formats
  const formatTime = bucket === 'hour' ? utc.time : utc.day
  const isLong = Date.parse(to) - Date.parse(from) > yearMs
  const formatMark = isLong ? utc.day : bucket === 'hour' ? utc.hourMark : utc.mark
  return (
    <div className="grid gap-6 xl:grid-cols-2">
      <Figure
        title={words.flow}
        at={shown.at}
        series={shown.flow}
        format={formats.compact}
        formatTime={formatTime}
        formatMark={formatMark}
      />
      <Figure
        title={words.ends}
        at={shown.at}
        series={shown.ends}
        format={formats.compact}
        formatTime={formatTime}
        formatMark={formatMark}
      />
      <Figure
        title={words.times}
        at={shown.at}
        series={shown.times}
        format={duration}
        steps={durationSteps}
        formatTime={formatTime}
        formatMark={formatMark}
      />
      <Figure
        title={words.volume}
        at={shown.at}
        series={shown.bytes}
        format={formats.bytes}
        steps={byteSteps}
        formatTime={formatTime}
        formatMark={formatMark}
      />
    </div>
  )
}

function Refusals({ refusals }: { refusals: Stats['total']['refusals'] }) {
  const words = useTexts(texts)
  const { number } = useFormats()
  const all = Object.entries(refusals).sort(([, one], [, other]) => other - one)
  if (all.length === 0) return null
  const most = all[0]?.[1] ?? 1
  return (
    <section aria-label={words.refusals} className="rounded-3xl border border-line bg-card p-5">
      <h2 className="mb-3 text-lg font-semibold">{words.refusals}</h2>
      <dl className="grid grid-cols-[minmax(0,16rem)_auto_minmax(0,1fr)] items-center gap-x-4 gap-y-2 text-sm">
        {all.map(([code, count]) => (
          <div key={code} className="contents">
            <dt>
              <code className="wrap-anywhere">{code}</code>
            </dt>
            <dd className="text-right tabular-nums">{number(count)}</dd>
            <dd aria-hidden="true" className="h-2.5 rounded-full bg-sunk">
              <div className="h-full rounded-full bg-danger" style={{ width: `${(count / most) * 100}%` }} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

const texts = textsOf({
  en: {
    title: 'Insights',
    lead: 'How much there is, how long it takes, and what goes wrong. Times are those of UTC hours.',
    kept: 'These are still the figures of the range before.',
    none: 'Choose a range',
    noneText: 'The figures appear once its days are right.',
    flow: 'From upload to avatar',
    uploads: 'uploaded',
    confirms: 'confirmed',
    publishes: 'published',
    ends: 'What did not become one',
    rejections: 'rejected or failed',
    expiries: 'expired',
    withdrawals: 'withdrawn',
    times: 'Time to publish',
    p50: 'half of them within (p50)',
    p95: '95 % of them within (p95)',
    volume: 'Bytes uploaded',
    bytes: 'bytes',
    refusals: 'Refused, rejected or failed, by cause',
  },
  fr: {
    title: 'Chiffres',
    lead: 'Combien il y en a, combien de temps cela prend, et ce qui échoue. Les heures sont celles d’UTC.',
    kept: 'Ce sont encore les chiffres de la période précédente.',
    none: 'Choisissez une période',
    noneText: 'Les chiffres apparaissent dès que ses jours sont corrects.',
    flow: 'De l’envoi à l’avatar',
    uploads: 'envoyés',
    confirms: 'confirmés',
    publishes: 'publiés',
    ends: 'Ce qui n’en est pas devenu un',
    rejections: 'rejetés ou échoués',
    expiries: 'expirés',
    withdrawals: 'retirés',
    times: 'Temps jusqu’à la publication',
    p50: 'la moitié en moins de (p50)',
    p95: '95 % en moins de (p95)',
    volume: 'Octets envoyés',
    bytes: 'octets',
    refusals: 'Refusés, rejetés ou échoués, par cause',
  },
})
