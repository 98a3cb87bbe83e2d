import type { HistorySort } from '@likeness/contracts'
import type { Database } from '@likeness/runtime/database'
import { type RawBuilder, sql } from 'kysely'
import type { Tables } from './database.js'
import { byTime } from './history-by-time.queries.js'
import { byValue } from './history-by-value.queries.js'
import type { HistoryFilter, HistoryRow } from './history-filters.js'

export type HistoryPage = {
  readonly sort: HistorySort
  /** The place that the page before ended with. */
  readonly after: string | undefined
  readonly limit: number
}

/** The matching uploads of all users. */
export async function listHistory(
  db: Database<Tables>,
  filter: HistoryFilter,
  { sort, after, limit }: HistoryPage,
): Promise<HistoryRow[]> {
  const { column, descending } = orderOf(sort)
  const [id, value] = after?.split(' ') ?? []
  const read = (keys: RawBuilder<unknown>) => readRows(db, keys, descending ? sql`desc` : sql`asc`)
  const page = { after: id, descending, limit }
  return column === 'id'
    ? byTime(filter, page, read)
    : read(await byValue(db, filter, { ...page, column, value }))
}

const columns = { uploadedAt: 'id', bytes: 'bytes', confirmedAt: 'confirmed_at' } as const

function orderOf(sort: HistorySort) {
  const name = sort.replace('-', '') as keyof typeof columns
  return { column: columns[name], descending: sort.startsWith('-') }
}

/**
 * Whole rows of one page.
 * @param keys a query of their `id` and the `value` they are sorted by, which is null where that is the id: it finds them
 *   in indexes as far as possible, and no other rows are read
 */
async function readRows(
  db: Database<Tables>,
  keys: RawBuilder<unknown>,
  direction: RawBuilder<unknown>,
): Promise<HistoryRow[]> {
  type Found = Omit<HistoryRow, 'place'> & { readonly value: number | Date | null }
  const { rows } = await sql<Found>`
    select uploads.*, first.actor_id as uploaded_by, first.ip, key.value
    from (${keys}) as key join uploads on uploads.id = key.id
    left join lateral (
      select actor_id, ip from upload_events
      where upload_events.user_id = uploads.user_id and upload_id = uploads.id order by seq limit 1
    ) as first on true
    order by key.value ${direction}, key.id ${direction}`.execute(db)
  return rows.map(({ value, ...row }) => ({ ...row, place: placeOf(row.id, value) }))
}

function placeOf(id: string, value: number | Date | null): string {
  if (value === null) return id
  return `${id} ${value instanceof Date ? value.toISOString() : value}`
}
