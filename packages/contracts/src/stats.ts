import { z } from 'zod'
import { TrailFault } from './audit.js'
import { Time } from './common.js'
import { fault } from './read-fields.js'

const Bucket = z.enum(['hour', 'day', 'week', 'month'])
export type Bucket = z.output<typeof Bucket>

/** `GET /v1/stats`: what happened to uploads in a range of time. */
export const StatsQuery = z
  .object({
    from: Time.optional().describe('the start of its hour counts; 30 days before `to` unless given'),
    to: Time.optional().describe('the end of its hour counts; now unless given'),
    bucket: Bucket.default('day').describe('parts of the range, in UTC; a week begins on Monday'),
  })
  .refine(({ from, to }) => from === undefined || to === undefined || Date.parse(from) <= Date.parse(to), {
    path: ['to'],
    message: fault('not-after', { field: 'from' }),
  })
export type StatsQuery = z.output<typeof StatsQuery>

const Count = z.int().min(0)

const Percentiles = z
  .object({ p50: z.int(), p95: z.int() })
  .nullable()
  .describe('milliseconds, within 2.5 %; null when there were none')

const Figures = z.object({
  uploads: Count.describe('pictures staged'),
  bytes: Count.describe('of their originals'),
  confirms: Count,
  restores: Count,
  publishes: Count.describe('of confirmed and restored ones'),
  superseded: Count,
  withdrawals: Count,
  discards: Count,
  expiries: Count,
  rejections: Count.describe('pending ones that do not decode'),
  failures: Count.describe('confirmed ones that ended without an avatar'),
  erasures: Count,
  refusals: z
    .record(z.string(), Count)
    .describe('pictures refused at upload, rejected or failed, by the code of the problem or failure'),
  successRate: z.number().nullable().describe('publishes ÷ (publishes + failures); null without any'),
  timeToConfirm: Percentiles.describe('from the upload to its confirmation; as `timeToPublish`'),
  timeToPublish: Percentiles,
})
export type Figures = z.output<typeof Figures>

const Waiting = z.object({
  count: Count,
  oldest: Time.nullable().describe('since when the oldest waits'),
})

/** Sums over a range, and over each part of it. */
export const Stats = z
  .object({
    from: Time,
    to: Time,
    bucket: Bucket,
    total: Figures,
    items: z.array(Figures.extend({ at: Time.describe('when the part begins') })),
    now: z
      .object({
        pending: Count.describe('uploads that may still be confirmed'),
        toPrepare: Waiting,
        toPublish: Waiting,
        kept: z
          .object({ uploads: Count, bytes: Count, at: Time })
          .nullable()
          .describe('originals kept, as counted within the last hour; null before the first count'),
        webhooks: z
          .object({
            enabled: Count,
            failing: Count.describe('enabled ones whose last request failed'),
            stopped: Count.describe('paused after three days of failures, or disabled by a 410'),
            failed: Count.describe('deliveries that were given up'),
          })
          .describe('`GET /v1/webhooks` says which'),
        trail: z
          .object({
            verifiedAt: Time,
            ageSeconds: Count.describe('since then'),
            whole: z.boolean().describe('everything is as it was sealed'),
            seals: Count,
            events: Count.describe('that were verified'),
            fault: TrailFault.nullable().describe('the first thing that does not fit'),
          })
          .nullable()
          .describe(
            'how the trail of uploads was when its seals were last verified; null before the first time',
          ),
      })
      .describe('at this moment'),
    rolledUpAt: Time.nullable().describe(
      'when upkeep last added to the sums; what came later was counted now',
    ),
  })
  .meta({ id: 'Stats' })
export type Stats = z.output<typeof Stats>
