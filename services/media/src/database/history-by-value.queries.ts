import type { Database } from '@likeness/runtime/database'
import { type RawBuilder, sql } from 'kysely'
import type { Tables } from './database.js'
import type { HistoryFilter, HistoryRow } from './history.queries.js'
import { all, ofEvents, ofSomebody, ofUserAndTime, patternOf } from './history-filters.js'

type Db = Database<Tables>
type Read = (keys: RawBuilder<unknown>) => Promise<HistoryRow[]>
type ValuePage = {
  readonly column: 'bytes' | 'confirmed_at'
  readonly after: string | undefined
  readonly value: string | undefined
  readonly descending: boolean
  readonly limit: number
}

// Reading that many rows and sorting them costs less than looking for a page of them along the order.
const fewFormats = 5_000
const fewNames = 3_000

/**
 * A page in the order of a value. The index of the order holds what most filters look at, so rows that do not match cost
 * little. What matches rarely is found by an index of its own, and sorted.
 */
export async function byValue(
  db: Db,
  filter: HistoryFilter,
  page: ValuePage,
  read: Read,
): Promise<HistoryRow[]> {
  const { status, failure, format, sha256, q } = filter
  const ofFormat =
    format !== undefined && format !== 'jpeg' ? sql`from upload_facts where format = ${format}` : undefined
  const named = q === undefined ? undefined : sql`from upload_facts where filename ilike ${patternOf(q)}`
  const few = [
    ofFormat && (await isFewerThan(db, ofFormat, fewFormats)) && ofFormat,
    named && (await isFewerThan(db, named, fewNames)) && named,
  ].find((one) => one !== undefined && one !== false)

  const { column, descending } = page
  const direction = descending ? sql`desc` : sql`asc`
  const by = sql.ref(`listed.${column}`)
  return read(sql`
    ${few ? sql`with few as materialized (select id ${few})` : sql``}
    select listed.id, ${by} as value
    from ${few ? sql`few join uploads as listed on listed.id = few.id` : sql`uploads as listed`}
    where ${all([
      ofSomebody,
      column === 'confirmed_at' && sql`listed.confirmed_at is not null`,
      placed(page),
      ...ofUserAndTime(filter),
      ...ofEvents(filter),
      status !== undefined && sql`listed.status = ${status}`,
      failure !== undefined && sql`listed.failure_code = ${failure}`,
      format !== undefined && few !== ofFormat && sql`listed.format = ${format}`,
      q !== undefined && few !== named && sql`listed.original_filename ilike ${patternOf(q)}`,
      sha256 !== undefined &&
        sql`listed.id in (select id from upload_facts where sha256 = decode(${sha256}, 'hex'))`,
    ])}
    order by ${by} ${direction}, listed.id ${direction} limit ${page.limit}`)
}

function placed({ column, after, value, descending }: ValuePage): RawBuilder<unknown> | undefined {
  if (after === undefined || value === undefined) return undefined
  const than = descending ? sql`<` : sql`>`
  const type = column === 'bytes' ? sql`bigint` : sql`timestamptz`
  return sql`(listed.${sql.ref(column)}, listed.id) ${than} (${value}::${type}, ${after}::uuid)`
}

async function isFewerThan(db: Db, rows: RawBuilder<unknown>, most: number): Promise<boolean> {
  const { rows: found } = await sql<{ count: number }>`
    select count(*) as count from (select ${rows} limit ${most}) as found`.execute(db)
  return (found[0]?.count ?? 0) < most
}
