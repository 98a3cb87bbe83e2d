import { operators, type Stats } from '@likeness/client'
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { client } from '../../api/likeness.js'

/** Hours of each range that ends now. */
const ranges = { day: 24, week: 168, month: 720, quarter: 2160, year: 8760 } as const
/** `own`: from one day to another. */
type Range = keyof typeof ranges | 'own'
const buckets = ['hour', 'day', 'week', 'month'] as const

const dayMs = 86_400_000

export const rangeOf = (params: URLSearchParams): Range => {
  const named = params.get('range')
  return named === 'own' || (named !== null && Object.hasOwn(ranges, named)) ? (named as Range) : 'month'
}

export const bucketOf = (params: URLSearchParams): Stats['bucket'] =>
  buckets.find((one) => one === params.get('bucket')) ?? (rangeOf(params) === 'day' ? 'hour' : 'day')

/** The days of a range of one's own, as the address has them, and what keeps it from being read. */
export function ownDaysOf(params: URLSearchParams): {
  readonly from: string
  readonly to: string
  readonly missing: readonly ('from' | 'to')[]
  readonly isBackwards: boolean
} {
  const [from, to] = [params.get('from') ?? '', params.get('to') ?? '']
  const missing = (['from', 'to'] as const).filter((name) => Number.isNaN(startOf(params.get(name) ?? '')))
  return { from, to, missing, isBackwards: missing.length === 0 && startOf(to) < startOf(from) }
}

/** A year that is typed digit by digit is an earlier one until it is whole. */
export const firstDay = '2000-01-01'

/** When a day begins in UTC, in ms since 1970. @param day `2026-11-29` */
const startOf = (day: string) =>
  /^\d{4}-\d\d-\d\d$/.test(day) && day >= firstDay ? Date.parse(`${day}T00:00:00Z`) : Number.NaN

/** Today in UTC, or some days before. */
export const dayBefore = (days = 0) => new Date(Date.now() - days * dayMs).toISOString().slice(0, 10)

/** The sums that the address asks for. A range of one's own is not read until both of its days are right. */
export function readStats(params: URLSearchParams) {
  const [range, bucket, own] = [rangeOf(params), bucketOf(params), ownDaysOf(params)]
  const isOwn = range === 'own'
  return queryOptions({
    queryKey: ['stats', range, bucket, ...(isOwn ? [own.from, own.to] : [])],
    queryFn: ({ signal }) => {
      const between = isOwn
        ? {
            from: new Date(startOf(own.from)).toISOString(),
            to: new Date(startOf(own.to) + dayMs).toISOString(),
          }
        : { from: new Date(Date.now() - ranges[range] * 3_600_000).toISOString() }
      return operators.stats(client, { ...between, bucket }, { signal })
    },
    enabled: !isOwn || (own.missing.length === 0 && !own.isBackwards),
    placeholderData: keepPreviousData,
    refetchInterval: 60_000,
  })
}
