import { type RawBuilder, sql } from 'kysely'
import type { HistoryFilter, HistoryRow } from './history-filters.js'
import {
  all,
  ofEvents,
  ofSomebody,
  ofUserAndTime,
  patternOf,
  touchedBy,
  touchedFrom,
} from './history-filters.js'

type TimePage = { readonly after: string | undefined; readonly descending: boolean; readonly limit: number }
type Read = (keys: RawBuilder<unknown>) => Promise<HistoryRow[]>

// How many of the next uploads are looked at for a part of a file name, before the index of names is.
const nearby = [1_000, 20_000]

/**
 * A page in the order of time, which is that of the ids. Indexes by status, failure, format and address have them in this
 * order, so that a page of one of these is read as it stands. Names that many uploads have are found among the next ones;
 * those that few have, in the index of names.
 */
export async function byTime(filter: HistoryFilter, page: TimePage, read: Read): Promise<HistoryRow[]> {
  const { q, ip, actorId } = filter
  if (q === undefined || ip !== undefined || actorId !== undefined)
    return read(keysFrom(sql`upload_facts`, filter, page))
  const { direction, next } = orderOf(page)
  for (const count of nearby) {
    const some = sql`(
      select * from upload_facts as listed where ${all([sql`true`, next(sql`id`), ...ofUserAndTime(filter)])}
      order by id ${direction} limit ${count})`
    const found = await read(keysFrom(some, filter, page))
    if (found.length === page.limit) return found
  }
  // By itself, since the planner knows little of names: it might expect many and look through all uploads for them.
  const named = sql`(select * from upload_facts where filename ilike ${patternOf(q)} offset 0)`
  return read(keysFrom(named, filter, page))
}

/** @param facts the table, or rows of it */
function keysFrom(facts: RawBuilder<unknown>, filter: HistoryFilter, page: TimePage): RawBuilder<unknown> {
  const { format, sha256, q, ip, actorId } = filter
  const { direction, next } = orderOf(page)
  return sql`
    select listed.id, null::bigint as value from ${listedIn(facts, filter, page)}
    where ${all([
      ofSomebody,
      next(sql`listed.id`),
      ...ofUserAndTime(filter),
      // One of them is where the ids come from.
      ...ofEvents({ actorId: ip === undefined ? undefined : actorId }),
      format !== undefined && sql`listed.format = ${format}`,
      sha256 !== undefined && sql`listed.sha256 = decode(${sha256}, 'hex')`,
      q !== undefined && sql`listed.filename ilike ${patternOf(q)}`,
    ])}
    order by listed.id ${direction} limit ${page.limit}`
}

/** What is read as `listed`: the facts, unless only what changes is asked for. */
function listedIn(facts: RawBuilder<unknown>, filter: HistoryFilter, page: TimePage): RawBuilder<unknown> {
  const { status, failure, format, sha256, q, ip, actorId } = filter
  const changes = [
    status !== undefined && sql`uploads.status = ${status}`,
    failure !== undefined && sql`uploads.failure_code = ${failure}`,
  ].filter((one) => one !== false)
  if (changes.length > 0 && [format, sha256, q, ip, actorId].every((one) => one === undefined))
    return sql`(select * from uploads where ${all(changes)}) as listed`
  const { direction, next } = orderOf(page)
  const touched = sql`(
    select distinct upload_id from (${ip === undefined ? touchedBy(actorId ?? '') : touchedFrom(ip)}) as events
    where ${all([sql`true`, next(sql`upload_id`)])}
    order by upload_id ${direction}) as touched`
  const listed =
    ip === undefined && actorId === undefined
      ? sql`${facts} as listed`
      : sql`${touched} join ${facts} as listed on listed.id = touched.upload_id`
  return changes.length > 0
    ? sql`${listed} join uploads on ${all([sql`uploads.id = listed.id`, ...changes])}`
    : listed
}

const orderOf = ({ after, descending }: TimePage) => ({
  direction: descending ? sql`desc` : sql`asc`,
  /** The condition that an id comes after the page before. */
  next: (id: RawBuilder<unknown>) =>
    after !== undefined && sql`${id} ${descending ? sql`<` : sql`>`} ${after}::uuid`,
})
