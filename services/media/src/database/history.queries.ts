import type { HistorySort } from '@likeness/contracts'
import type { Database } from '@likeness/runtime/database'
import { type RawBuilder, sql } from 'kysely'
import type { Tables } from './database.js'
import { all, conditionOf, type HistoryFilter, isImpossible, ofSomebody } from './history-filters.js'
import { type ValuePlace, type Way, waysOf } from './history-ways.js'
import type { UploadRow } from './uploads.table.js'

type Db = Database<Tables>

/** An upload, who sent it from where, and its place in the list: what the cursor of a page that ends with it carries. */
export type HistoryRow = UploadRow & {
  readonly uploaded_by: string | null
  readonly ip: string | null
  readonly place: string
}

export type HistoryPage = {
  readonly sort: HistorySort
  /** The place where the page before ended. */
  readonly after: string | undefined
  readonly limit: number
}

/** `rest`: the place from where to look for more; undefined where there are none. */
export type HistoryRows = { readonly rows: HistoryRow[]; readonly rest: string | undefined }

/**
 * At most `limit` of the matching uploads of all users. However many there are, a page looks at a limited number of them:
 * filters of which each matches many and all together nearly none leave it short, or empty, with a `rest` to go on from.
 */
export async function listHistory(
  db: Db,
  filter: HistoryFilter,
  { sort, after, limit }: HistoryPage,
): Promise<HistoryRows> {
  const [id, value] = after?.split(' ') ?? []
  const name = sort.replace('-', '') as keyof typeof columns
  const page = { column: columns[name], descending: sort.startsWith('-'), after: id, value, limit }
  if (isImpossible(filter, page.column)) return { rows: [], rest: undefined }
  for (const way of await waysOf(db, filter, page)) {
    const rows = await readRows(db, keysOf(way, page), page.descending)
    const shown = rows.slice(0, limit)
    if (rows.length > limit) return { rows: shown, rest: shown.at(-1)?.place }
    const rest = way.last && (await findPlace(db, way.last))
    if (rest === undefined || way.isLast) return { rows, rest }
  }
  throw new Error('no way is the last')
}

const columns = { uploadedAt: 'id', bytes: 'bytes', confirmedAt: 'confirmed_at' } as const

/**
 * The ids of a page, and the values they are sorted by. One more than its limit shows whether there are more. Users who left
 * are looked up in that order, so that this ends with the page, however many were sorted.
 */
function keysOf({ listed, left }: Way, page: ValuePlace & { limit: number }): RawBuilder<unknown> {
  const { column, after, value, descending, limit } = page
  const direction = descending ? sql`desc` : sql`asc`
  const than = descending ? sql`<` : sql`>`
  const by = sql.ref(`listed.${column}`)
  const placed =
    after === undefined || value === undefined
      ? after !== undefined && sql`listed.id ${than} ${after}::uuid`
      : sql`(${by}, listed.id) ${than} (${value}, ${after}::uuid)`
  return sql`
    select id, value from (
      select listed.id, listed.user_id, ${column === 'id' ? sql`null::bigint` : by} as value from ${listed}
      where ${all([placed, column === 'confirmed_at' && sql`listed.confirmed_at is not null`, conditionOf(left)])}
      order by ${column === 'id' ? sql`` : sql`${by} ${direction},`} listed.id ${direction} offset 0
    ) as sorted
    where ${ofSomebody}
    order by ${column === 'id' ? sql`` : sql`value ${direction},`} id ${direction} limit ${limit + 1}`
}

/**
 * Whole rows of one page.
 * @param keys a query of their `id` and the `value` they are sorted by, which is null where that is the id: it finds them
 *   in indexes as far as possible, and no other rows are read
 */
async function readRows(db: Db, keys: RawBuilder<unknown>, descending: boolean): Promise<HistoryRow[]> {
  const direction = descending ? sql`desc` : sql`asc`
  type Found = Omit<HistoryRow, 'place'> & { readonly value: Value }
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

async function findPlace(db: Db, last: RawBuilder<unknown>): Promise<string | undefined> {
  const { rows } = await sql<{ id: string; value: Value }>`${last}`.execute(db)
  return rows[0] && placeOf(rows[0].id, rows[0].value)
}

type Value = number | Date | null

function placeOf(id: string, value: Value): string {
  if (value === null) return id
  return `${id} ${value instanceof Date ? value.toISOString() : value}`
}
