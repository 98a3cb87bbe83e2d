import type { Database } from '@likeness/runtime/database'
import { type RawBuilder, sql } from 'kysely'
import type { Tables } from './database.js'
import type { HistoryFilter, HistoryRow } from './history.queries.js'
import {
  all,
  idNear,
  mostApartMs,
  ofEvents,
  ofSomebody,
  ofUserAndTime,
  patternOf,
} from './history-filters.js'
import { daysOf } from './upload-facts.table.js'

type Db = Database<Tables>
type Read = (keys: RawBuilder<unknown>) => Promise<HistoryRow[]>
type TimePage = { readonly after: string | undefined; readonly descending: boolean; readonly limit: number }

// In steps of three days. The last look is at everything.
const windows = [2, 8, 32]

/**
 * A page in the order of time, which is that of the ids. A part of a file name is looked for in the days that come next,
 * then in more of them: where many names match, a few days have a page of them, however long the history is.
 */
export async function byTime(
  db: Db,
  filter: HistoryFilter,
  page: TimePage,
  read: Read,
): Promise<HistoryRow[]> {
  if (filter.q !== undefined) {
    const next = await nextDay(db, filter, page)
    for (const days of windows) {
      const found = await read(keysOf(filter, page, daysFrom(next, days, page.descending)))
      if (found.length === page.limit) return found
    }
  }
  return read(keysOf(filter, page))
}

function keysOf(
  filter: HistoryFilter,
  { after, descending, limit }: TimePage,
  days?: readonly number[],
): RawBuilder<unknown> {
  const { status, failure, format, sha256, q, ip, actorId } = filter
  const direction = descending ? sql`desc` : sql`asc`
  const than = descending ? sql`<` : sql`>`
  const changes = all([
    sql`true`,
    status !== undefined && sql`uploads.status = ${status}`,
    failure !== undefined && sql`uploads.failure_code = ${failure}`,
  ])
  const ofFacts = [format, sha256, q, ip, actorId].some((one) => one !== undefined)
  const ofUploads = status !== undefined || failure !== undefined
  // The events of an address are kept in this order, too.
  const touched = sql`(
    select distinct upload_id from upload_events
    where ip = ${ip}::inet ${after === undefined ? sql`` : sql`and upload_id ${than} ${after}::uuid`}
    order by upload_id ${direction}) as touched join upload_facts as listed on listed.id = touched.upload_id`
  const from =
    ofUploads && !ofFacts
      ? sql`(select * from uploads where ${changes}) as listed`
      : sql`${ip === undefined ? sql`upload_facts as listed` : touched}
        ${ofUploads ? sql`join uploads on uploads.id = listed.id and ${changes}` : sql``}`
  return sql`
    select listed.id, null::bigint as value from ${from}
    where ${all([
      ofSomebody,
      after !== undefined && sql`listed.id ${than} ${after}::uuid`,
      ...ofUserAndTime(filter),
      ...ofEvents({ actorId }),
      format !== undefined && sql`listed.format = ${format}`,
      sha256 !== undefined && sql`listed.sha256 = decode(${sha256}, 'hex')`,
      q !== undefined && sql`listed.filename ilike ${patternOf(q)}`,
      days && sql`listed.days = any(${days}::integer[])`,
    ])}
    order by listed.id ${direction} limit ${limit}`
}

/** The days in which the page begins. */
async function nextDay(
  db: Db,
  { from, to }: HistoryFilter,
  { after, descending }: TimePage,
): Promise<number> {
  if (after !== undefined) return daysOf(after)
  const { rows } = await sql<{ id: string }>`
    select id from upload_facts order by id ${descending ? sql`desc` : sql`asc`} limit 1`.execute(db)
  const end = daysOf(rows[0]?.id ?? '0')
  if (descending) return to === undefined ? end : Math.min(end, daysOf(idNear(new Date(to), mostApartMs)))
  return from === undefined ? end : Math.max(end, daysOf(idNear(new Date(from), -mostApartMs)))
}

const daysFrom = (first: number, count: number, descending: boolean): number[] =>
  Array.from({ length: count }, (_, index) => (descending ? first - index : first + index))
