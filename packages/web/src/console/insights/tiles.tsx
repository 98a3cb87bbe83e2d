import type { Stats } from '@likeness/client'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { useFormats } from '../../language/format.js'
import { textsOf, useTexts } from '../../language/texts.js'
import { Moment } from '../../ui/moment.js'
import { useDuration } from './use-duration.js'

/** The sums of the range, and how it is at this moment. */
export function Tiles({ stats: { from, to, total, now } }: { stats: Stats }) {
  const words = useTexts(texts)
  const { number, percent, bytes, utc } = useFormats()
  const duration = useDuration()
  const times = (both: { p50: number; p95: number } | null) =>
    both ? `${duration(both.p50)} / ${duration(both.p95)}` : '–'
  const waiting = ({ count, oldest }: { count: number; oldest: string | null }) => (
    <>
      {number(count)}
      {oldest && (
        <span className="block font-sans text-sm font-normal text-soft">
          {words.since} <Moment at={oldest} look="ago" />
        </span>
      )}
    </>
  )
  const { trail, kept, webhooks } = now
  return (
    <div className="grid gap-6 xl:grid-cols-2">
      <Group title={words.range} about={utc.days(from, Date.parse(to) - 1)}>
        <Tile name={words.uploads}>
          {number(total.uploads)}
          <span className="block font-sans text-sm font-normal text-soft">{bytes(total.bytes)}</span>
        </Tile>
        <Tile name={words.publishes}>{number(total.publishes)}</Tile>
        <Tile name={words.successRate}>{total.successRate === null ? '–' : percent(total.successRate)}</Tile>
        <Tile name={words.timeToConfirm}>{times(total.timeToConfirm)}</Tile>
        <Tile name={words.timeToPublish}>{times(total.timeToPublish)}</Tile>
        <Tile name={words.refused} bad={total.failures > 0}>
          {number(total.rejections + total.failures)}
        </Tile>
      </Group>
      <Group title={words.now}>
        <Tile name={words.pending}>
          <Way href="/console/uploads?status=pending">{number(now.pending)}</Way>
        </Tile>
        <Tile name={words.toPrepare}>{waiting(now.toPrepare)}</Tile>
        <Tile name={words.toPublish}>{waiting(now.toPublish)}</Tile>
        <Tile name={words.kept}>
          {kept === null ? (
            '–'
          ) : (
            <>
              {bytes(kept.bytes)}
              <span className="block font-sans text-sm font-normal text-soft">
                {words.originals(number(kept.uploads))}
              </span>
            </>
          )}
        </Tile>
        <Tile name={words.webhooks} bad={webhooks.failing + webhooks.stopped > 0}>
          {number(webhooks.enabled)}
          <span className="block font-sans text-sm font-normal text-soft">
            {words.failing(number(webhooks.failing), number(webhooks.stopped))}
          </span>
        </Tile>
        <Tile name={words.trail} bad={trail !== null && !trail.whole}>
          {trail === null ? (
            '–'
          ) : (
            <>
              {trail.whole ? words.whole : words.notWhole}
              <span className="block font-sans text-sm font-normal text-soft">
                <Moment at={trail.verifiedAt} look="ago" />
              </span>
            </>
          )}
        </Tile>
      </Group>
    </div>
  )
}

const Group = ({ title, about, children }: { title: string; about?: string; children: ReactNode }) => (
  <section aria-label={title}>
    <div className="mb-3 flex flex-wrap items-baseline gap-x-3">
      <h2 className="text-lg font-semibold">{title}</h2>
      {about && <p className="text-sm text-soft tabular-nums">{about}</p>}
    </div>
    <dl className="grid grid-cols-2 gap-3 sm:grid-cols-3">{children}</dl>
  </section>
)

const Tile = ({ name, bad, children }: { name: string; bad?: boolean; children: ReactNode }) => (
  <div
    className={`min-h-28 rounded-2xl border p-4 ${bad ? 'border-danger bg-danger-tint' : 'border-line bg-card'}`}
  >
    <dt className={`text-sm ${bad ? 'text-ink' : 'text-soft'}`}>{name}</dt>
    <dd className="mt-1 font-serif text-xl font-semibold tabular-nums sm:text-2xl">{children}</dd>
  </div>
)

const Way = ({ href, children }: { href: string; children: ReactNode }) => (
  <Link href={href} className="text-accent underline-offset-4 hover:underline">
    {children}
  </Link>
)

const texts = textsOf({
  en: {
    range: 'In this range',
    now: 'At this moment',
    uploads: 'Uploads',
    publishes: 'Published',
    successRate: 'Success',
    timeToConfirm: 'To confirm, p50 / p95',
    timeToPublish: 'To publish, p50 / p95',
    refused: 'Rejected or failed',
    pending: 'Pending',
    toPrepare: 'Waiting for a preview',
    toPublish: 'Waiting to be published',
    kept: 'Originals kept',
    originals: (count: string) => `${count} files`,
    webhooks: 'Webhooks',
    failing: (failing: string, stopped: string) => `${failing} failing, ${stopped} stopped`,
    trail: 'The trail',
    whole: 'whole',
    notWhole: 'changed',
    since: 'oldest',
  },
  fr: {
    range: 'Sur cette période',
    now: 'En ce moment',
    uploads: 'Envois',
    publishes: 'Publiés',
    successRate: 'Réussite',
    timeToConfirm: 'Pour confirmer, p50 / p95',
    timeToPublish: 'Pour publier, p50 / p95',
    refused: 'Rejetés ou échoués',
    pending: 'En attente',
    toPrepare: 'En attente d’un aperçu',
    toPublish: 'En attente de publication',
    kept: 'Originaux conservés',
    originals: (count: string) => `${count} fichiers`,
    webhooks: 'Webhooks',
    failing: (failing: string, stopped: string) => `${failing} en échec, ${stopped} arrêtés`,
    trail: 'La trace',
    whole: 'intacte',
    notWhole: 'modifiée',
    since: 'le plus ancien',
  },
})
