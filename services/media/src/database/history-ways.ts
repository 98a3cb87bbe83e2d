import type { Database } from '@likeness/runtime/database'
import { type RawBuilder, sql } from 'kysely'
import type { Tables } from './database.js'
import { all, type Column, type HistoryFilter } from './history-filters.js'
import {
  estimate,
  looksAtEvents,
  mostWithEvents,
  type Source,
  sourcesOf,
  type TimePlace,
} from './history-sources.js'

/** Where a page of an order begins: after this id, and the value it is sorted by unless that is the id. */
export type ValuePlace = TimePlace & {
  readonly column: Column
  readonly value: string | undefined
}

/** A way of finding a page: what is looked at, as `listed`. */
export type Way = {
  readonly listed: RawBuilder<unknown>
  /** What it has to match besides. */
  readonly left: HistoryFilter
  /** Finds the place of the last row that is looked at. Without one all are. */
  readonly last?: RawBuilder<unknown>
  /** Whether nothing else is worth trying where this finds less than a page. */
  readonly isLast: boolean
}

// So few uploads are gathered; a row that is gathered costs as much as eight that are passed along an order, or
// as one where an index has all that is asked.
const mostGathered = 20_000
const costOfGathering = 8
// An index of an order has all that filters look at.
const mostAlongValues = 100_000

/**
 * The ways to find a page, best first: along its order, or by gathering what the rarest filter has. Which one looks at
 * fewer rows is judged by the planner's statistics, as if filters had nothing to do with each other. Where they do, a walk
 * ends without a page, and the other way is next.
 */
export async function waysOf(
  db: Database<Tables>,
  filter: HistoryFilter,
  page: ValuePlace & { readonly limit: number },
): Promise<Way[]> {
  const { column, limit } = page
  const { status, failure, from, to } = filter
  const changing = status !== undefined || failure !== undefined || column === 'confirmed_at'
  const sources = sourcesOf(filter, { changing })
  const walkOf = async (source: Source): Promise<Omit<Way, 'isLast'>> =>
    column === 'id'
      ? { ...source.walked(page), left: source.left }
      : alongValues(filter, page, await boundsOf(db, filter, column))
  const [only, another] = sources
  const isAlone = only && (!another ? column === 'id' : isFailedConfirmed(filter, column))
  if (isAlone) return [{ ...(await walkOf(only)), isLast: true }]

  const counted: Counted[] = []
  for (const source of sources) counted.push({ source, ...(await estimate(db, source.rows)) })
  const among = counted.at(-1)?.rows ?? 0
  const isWithin = from !== undefined || to !== undefined
  const total = isWithin ? (await estimate(db, sql`select from upload_facts`)).rows : among
  const shareOf = ({ source, rows }: Counted) => rows / Math.max(1, source.inTime ? among : total)
  const matching = counted.reduce((share, one) => share * shareOf(one), among)
  const ordered = rarestOf(counted.filter(({ source }) => source.inTime))
  const rarest = rarestOf(counted)
  const walk = await walkOf(ordered.source)
  const isSame = column === 'id' && rarest === ordered
  const isMany = rarest.rows > mostGathered || (rarest.whole && total > mostGathered)
  if (isSame || isMany) return [{ ...walk, isLast: true }]
  const along = { id: ordered.rows, bytes: total, confirmed_at: among }[column]
  const passed = ((limit + 1) * along) / Math.max(matching, 1e-6)
  const gather = { listed: rarest.source.gathered, left: rarest.source.left, isLast: true }
  const cost = rarest.rows * (rarest.source.covers(column) ? 1 : costOfGathering)
  const costOfWalk = passed * (looksAtEvents(filter) ? costOfGathering : 1)
  return cost <= costOfWalk ? [gather] : [{ ...walk, isLast: false }, gather]
}

/** An index in this order has all uploads that failed once confirmed: nearly none of those that have a failure. */
const isFailedConfirmed = ({ failure }: HistoryFilter, column: Column) =>
  failure !== undefined && column === 'confirmed_at'

type Counted = { readonly source: Source; readonly rows: number; readonly whole: boolean }

const rarestOf = (counted: readonly Counted[]) =>
  counted.reduce((least, one) => (one.rows < least.rows ? one : least))

/** The values that uploads of a time can have. */
async function boundsOf(
  db: Database<Tables>,
  { failure, from, to }: HistoryFilter,
  column: Exclude<Column, 'id'>,
): Promise<RawBuilder<unknown>[]> {
  if (column === 'bytes') return []
  const bounds = [sql`confirmed_at is not null`]
  if (isFailedConfirmed({ failure }, column)) bounds.push(sql`failure_code is not null`)
  // Nothing is confirmed before it is uploaded,
  if (from !== undefined) bounds.push(sql`confirmed_at >= ${new Date(from)}`)
  // nor later after that than it ever was.
  if (to !== undefined) bounds.push(sql`confirmed_at < ${new Date(Date.parse(to) + (await longestMs(db)))}`)
  return bounds
}

const usualMs = 25 * 3_600_000

/** How long after its upload one was confirmed at most: a day and a little, or more where PENDING_SECONDS is or was more. */
async function longestMs(db: Database<Tables>): Promise<number> {
  const { rows } = await sql<{ seconds: number }>`
    select extract(epoch from confirmed_at - uploaded_at)::float8 as seconds from uploads
    where confirmed_at - uploaded_at > interval '25 hours'
    order by confirmed_at - uploaded_at desc limit 1`.execute(db)
  return rows[0] ? rows[0].seconds * 1000 + 1 : usualMs
}

function alongValues(
  filter: HistoryFilter,
  { column, after, value, descending }: ValuePlace,
  bounds: readonly RawBuilder<unknown>[],
): Omit<Way, 'isLast'> {
  const by = sql.ref(column)
  const direction = descending ? sql`desc` : sql`asc`
  const than = descending ? sql`<` : sql`>`
  const most = looksAtEvents(filter) ? mostWithEvents : mostAlongValues
  const along = (what: RawBuilder<unknown>) => sql`
    select ${what} from uploads
    where ${all([
      ...bounds,
      after !== undefined && value !== undefined && sql`(${by}, id) ${than} (${value}, ${after}::uuid)`,
    ])}
    order by ${by} ${direction}, id ${direction}`
  return {
    left: filter,
    listed: sql`(${along(sql`*`)} limit ${most}) as listed`,
    last: sql`${along(sql`id, ${by} as value`)} offset ${most - 1} limit 1`,
  }
}
