import type { Bucket } from '@likeness/contracts'
import type { Unit } from '../database/stats.table.js'

/** A unit of time that begins at a time; `next` is when it ends. All in UTC. */
export type Span = { readonly at: Date; readonly next: Date }

const hourMs = 3_600_000

export const floorHour = (at: Date) => new Date(Math.floor(at.getTime() / hourMs) * hourMs)
export const ceilHour = (at: Date) => new Date(Math.ceil(at.getTime() / hourMs) * hourMs)

/** When the bucket that a time is in begins. */
function startOf(bucket: Bucket, at: Date): Date {
  const [year, month, day] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()]
  switch (bucket) {
    case 'hour':
      return floorHour(at)
    case 'day':
      return new Date(Date.UTC(year, month, day))
    case 'week':
      return new Date(Date.UTC(year, month, day - ((at.getUTCDay() + 6) % 7)))
    case 'month':
      return new Date(Date.UTC(year, month, 1))
  }
}

/** When the next one begins. */
function nextOf(bucket: Bucket, start: Date): Date {
  const [year, month, day] = [start.getUTCFullYear(), start.getUTCMonth(), start.getUTCDate()]
  switch (bucket) {
    case 'hour':
      return new Date(start.getTime() + hourMs)
    case 'day':
      return new Date(Date.UTC(year, month, day + 1))
    case 'week':
      return new Date(Date.UTC(year, month, day + 7))
    case 'month':
      return new Date(Date.UTC(year, month + 1, 1))
  }
}

/** The parts of a range of whole hours, at most `most`; the first and the last may be cut. undefined when there are more. */
export function bucketsOf(
  bucket: Bucket,
  { from, to }: { from: Date; to: Date },
  most: number,
): Span[] | undefined {
  const buckets: Span[] = []
  for (let at = from; at < to; ) {
    if (buckets.length === most) return undefined
    const end = nextOf(bucket, startOf(bucket, at))
    const next = end < to ? end : to
    buckets.push({ at, next })
    at = next
  }
  return buckets
}

const units = ['month', 'day', 'hour'] as const satisfies readonly Unit[]

/** The largest whole units that make up a span of whole hours. */
export function unitsOf({ at: from, next: to }: Span): { unit: Unit; at: Date }[] {
  const found: { unit: Unit; at: Date }[] = []
  for (let at = from; at < to; ) {
    const start = at
    const unit = units.find(
      (one) => startOf(one, start).getTime() === start.getTime() && nextOf(one, start) <= to,
    )
    // Whole hours always fit.
    found.push({ unit: unit ?? 'hour', at })
    at = nextOf(unit ?? 'hour', at)
  }
  return found
}
