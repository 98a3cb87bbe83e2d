import type { Stats, StatsQuery } from '@likeness/contracts'
import type { stats } from '@likeness/contracts/endpoints'
import type { Transaction } from '@likeness/runtime/database'
import type { Handler } from '@likeness/runtime/serve'
import { findLastVerification, type LastVerification } from '@likeness/runtime/trail/verifications'
import type { Tables } from '../database/database.js'
import {
  type Counters,
  countEvents,
  countRefusals,
  findStatsState,
  findSums,
} from '../database/stats.table.js'
import { countWaiting } from '../database/waiting.queries.js'
import { countEndpoints } from '../database/webhook-endpoints.table.js'
import type { Deps } from '../deps.js'
import { problem } from '../problems.js'
import { figuresOf, sum } from './figures.js'
import { bucketsOf, ceilHour, floorHour, type Span, unitsOf } from './spans.js'

const mostBuckets = 1_000
const thirtyDaysMs = 30 * 86_400_000

/** `stats.read` */
export const readStatsHandler =
  (deps: Deps): Handler<typeof stats.read> =>
  ({ query }) =>
    readStats(deps, query)

/**
 * What happened to uploads in a range of time, and what waits now.
 * @throws Problem too-many-buckets
 */
export async function readStats(deps: Pick<Deps, 'db'>, query: StatsQuery): Promise<Stats> {
  const range = rangeOf(query)
  const spans = bucketsOf(query.bucket, range, mostBuckets)
  if (!spans) throw problem('too-many-buckets', { parameters: { limit: mostBuckets } })
  // The whole range once more, of months and days: that is less than to add up its parts.
  const whole = { at: range.from, next: range.to }
  const [{ sums, rolledUpAt, kept }, waiting, webhooks, verified] = await Promise.all([
    readSums(deps, [whole, ...spans]),
    countWaiting(deps.db),
    countEndpoints(deps.db),
    findLastVerification(deps.db),
  ])
  const [total = {}, ...parts] = sums
  return {
    from: range.from.toISOString(),
    to: range.to.toISOString(),
    bucket: query.bucket,
    total: figuresOf(total),
    items: spans.map(({ at }, index) => ({ at: at.toISOString(), ...figuresOf(parts[index] ?? {}) })),
    now: {
      pending: waiting.pending,
      toPrepare: { count: waiting.to_prepare, oldest: timeOf(waiting.oldest_to_prepare) },
      toPublish: { count: waiting.to_publish, oldest: timeOf(waiting.oldest_to_publish) },
      kept,
      webhooks,
      trail: verified ? viewVerified(verified) : null,
    },
    rolledUpAt,
  }
}

function rangeOf({ from, to }: StatsQuery): { from: Date; to: Date } {
  const end = ceilHour(to === undefined ? new Date() : new Date(to))
  const start = from === undefined ? end.getTime() - thirtyDaysMs : new Date(from)
  return { from: floorHour(new Date(start)), to: end }
}

const viewVerified = ({
  endedAt,
  ageSeconds,
  seals,
  events,
  fault,
}: LastVerification): Stats['now']['trail'] => ({
  verifiedAt: endedAt.toISOString(),
  ageSeconds,
  whole: fault === null,
  seals,
  events,
  fault,
})

const timeOf = (at: Date | null) => at?.toISOString() ?? null

/** The counters of each span, or their summary: the sums that are kept, and what happened after they were made. */
async function readSums(
  { db }: Pick<Deps, 'db'>,
  spans: readonly Span[],
): Promise<{ sums: Counters[] } & Pick<Stats, 'rolledUpAt'> & { kept: Stats['now']['kept'] }> {
  // One snapshot, or what is rolled up meanwhile would count twice or not at all.
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (trx) => {
      const state = await findStatsState(trx)
      const recent = [
        ...(await countEvents(trx, state.last_seq, Number.MAX_SAFE_INTEGER)),
        ...(await countRefusals(trx)),
      ]
      const asked = spans.map(
        (span): Asked => ({
          parts: unitsOf(span),
          since: recent
            .filter(({ hour }) => hour >= span.at && hour < span.next)
            .map(({ counters }) => counters),
        }),
      )
      // Histograms are read where they are to be added.
      const kept = await sumsOf(
        trx,
        asked.filter((one) => !isOne(one)),
        'counters',
      )
      const summaries = await sumsOf(trx, asked.filter(isOne), 'summary')
      return {
        sums: asked.map((one) => {
          const known = isOne(one) ? summaries : kept
          return sum([...one.parts.map(({ unit, at }) => known.get(keyOf(unit, at)) ?? {}), ...one.since])
        }),
        rolledUpAt: timeOf(state.rolled_up_at),
        kept: state.kept_at
          ? {
              uploads: state.kept_uploads ?? 0,
              bytes: state.kept_bytes ?? 0,
              at: state.kept_at.toISOString(),
            }
          : null,
      }
    })
}

/** A span: the units that it consists of, and what happened in it since they were summed. */
type Asked = { readonly parts: ReturnType<typeof unitsOf>; readonly since: readonly Counters[] }

const isOne = ({ parts, since }: Asked): boolean => parts.length === 1 && since.length === 0

/** The sums of the units of these spans. */
async function sumsOf(trx: Transaction<Tables>, of: readonly Asked[], what: 'counters' | 'summary') {
  const units = of.flatMap(({ parts }) => parts)
  const rows = await findSums(trx, units, what)
  return new Map(rows.map(({ unit, at, counters }) => [keyOf(unit, at), counters]))
}

const keyOf = (unit: string, at: Date) => `${unit} ${at.toISOString()}`
