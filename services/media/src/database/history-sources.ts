import type { Database } from '@likeness/runtime/database'
import { type RawBuilder, sql } from 'kysely'
import type { Tables } from './database.js'
import {
  all,
  type Column,
  type Condition,
  type HistoryFilter,
  idsWithin,
  patternOf,
} from './history-filters.js'

/** An index that has the uploads of one filter. */
export type Source = {
  /** Whether the index has them in the order of ids, which is that of time: then within the time that is asked for. */
  readonly inTime: boolean
  /** What a row that is looked at has to match besides. */
  readonly left: HistoryFilter
  /** The rows, for the planner to estimate. */
  readonly rows: RawBuilder<unknown>
  /** Whether its index also has what the uploads are sorted by, and nothing else is asked of them. */
  covers(column: Column): boolean
  /** All of them as `listed`, in no order. */
  readonly gathered: RawBuilder<unknown>
  /** In the order of ids, from a place on, as `listed`; and the id of the last that a page may look at. */
  walked(page: TimePlace): { listed: RawBuilder<unknown>; last: RawBuilder<unknown> }
}
export type TimePlace = { readonly after: string | undefined; readonly descending: boolean }

/**
 * The sources of a question: that of each filter, and last that of all uploads.
 * @param needs whether conditions or order look at what changes of an upload, which its facts do not have
 */
export function sourcesOf(filter: HistoryFilter, needs: { changing: boolean }): Source[] {
  const { userId, status, failure, format, sha256, q, ip, actorId } = filter
  const ofUploads = (condition: Condition) => source(uploads, [condition], filter)
  const facts = needs.changing ? joinedFacts : coveringFacts
  const ofFacts = (...conditions: Condition[]) => source(facts, conditions, filter)
  const isAlone = Object.values(filter).filter((asked) => asked !== undefined).length === 1
  const covered = (made: Source, ...by: Column[]) => ({
    ...made,
    covers: (column: Column) => isAlone && by.includes(column),
  })
  const found: (Source | false)[] = [
    userId !== undefined && ofUploads(sql`user_id = ${userId}::uuid`),
    status !== undefined && covered(ofUploads(sql`status = ${status}`), 'bytes', 'confirmed_at'),
    failure !== undefined && covered(ofUploads(sql`failure_code = ${failure}`), 'bytes'),
    ip !== undefined && {
      ...source(events, [sql`ip = ${ip}::inet`], filter),
      left: { ...filter, ip: undefined },
    },
    actorId !== undefined && {
      ...source(eventsBy(actorId), [], filter),
      left: { ...filter, actorId: undefined },
    },
    // Most are JPEG, and so are found along the others.
    format !== undefined && format !== 'jpeg' && covered(ofFacts(sql`format = ${format}`), 'bytes'),
    sha256 !== undefined && unordered(facts, sql`sha256 = decode(${sha256}, 'hex')`, filter),
    q !== undefined && unordered(facts, sql`filename ilike ${patternOf(q)}`, filter),
    ofFacts(),
  ]
  return found.filter((one) => one !== false)
}

/** Where rows come from: `listed` wraps a query of `columns`. */
type Place = {
  readonly table: RawBuilder<unknown>
  readonly id: RawBuilder<unknown>
  /** The id of each upload, once, as `id`. */
  readonly ids: RawBuilder<unknown>
  readonly columns: RawBuilder<unknown>
  /** How many rows of it a page may look at, in some 50 ms. */
  readonly most: number
  readonly listed: (query: RawBuilder<unknown>) => RawBuilder<unknown>
}

const joined = (query: RawBuilder<unknown>) => sql`(${query}) as found
  join lateral (select * from uploads where uploads.id = found.id offset 0) as listed on listed.id = found.id`

const uploads: Place = {
  table: sql`uploads`,
  id: sql`id`,
  ids: sql`id`,
  columns: sql`*`,
  most: 50_000,
  listed: (query) => sql`(${query}) as listed`,
}
/** Its index by time has these columns but the size and the hash. */
const coveringFacts: Place = {
  table: sql`upload_facts`,
  id: sql`id`,
  ids: sql`id`,
  columns: sql`id, user_id, uploaded_at, bytes, format, encode(sha256, 'hex') as sha256, filename as original_filename`,
  most: 100_000,
  listed: (query) => sql`(${query}) as listed`,
}
const joinedFacts: Place = { ...coveringFacts, columns: sql`id`, most: 20_000, listed: joined }
/** An upload has several events. */
const events: Place = {
  table: sql`upload_events`,
  id: sql`upload_id`,
  ids: sql`distinct upload_id as id`,
  columns: sql`distinct upload_id as id`,
  most: 20_000,
  listed: joined,
}
/** Those of others are found by an index, and their own among theirs. */
const eventsBy = (actorId: string): Place => ({
  ...events,
  table: sql`(
    select upload_id from upload_events where actor_id = ${actorId}::uuid and actor_id <> user_id
    union all
    select upload_id from upload_events where user_id = ${actorId}::uuid and actor_id = ${actorId}::uuid) as events`,
})

function source(place: Place, conditions: readonly Condition[], filter: HistoryFilter): Source {
  const { table, id, ids, columns, listed } = place
  const most = looksAtEvents(filter) ? Math.min(place.most, mostWithEvents) : place.most
  const within = [...conditions, ...idsWithin(id, filter)]
  const rows = sql`select from ${table} where ${all(within)}`
  return {
    inTime: true,
    left: filter,
    rows,
    covers: () => false,
    // The offset keeps the planner from choosing another index for the sake of the order.
    gathered: listed(sql`select ${columns} from ${table} where ${all(within)} offset 0`),
    walked({ after, descending }) {
      const than = descending ? sql`<` : sql`>`
      const direction = descending ? sql`desc` : sql`asc`
      const rest = all([...within, after !== undefined && sql`${id} ${than} ${after}::uuid`])
      const along = (what: RawBuilder<unknown>) =>
        sql`select ${what} from ${table} where ${rest} order by ${id} ${direction}`
      return {
        listed: listed(sql`${along(columns)} limit ${most}`),
        last: sql`select id, null as value from (${along(ids)}) as rest
          offset ${most - 1} limit 1`,
      }
    },
  }
}

/** Its index has nothing of the time. */
const unordered = (place: Place, condition: Condition, filter: HistoryFilter): Source => ({
  ...source(place, [condition], {}),
  inTime: false,
  left: filter,
})

/** Each row that is looked at then costs as much as ten others. */
export const looksAtEvents = ({ ip, actorId }: HistoryFilter) => ip !== undefined || actorId !== undefined
/** How many rows a page may look at, in some 50 ms. */
export const mostWithEvents = 20_000

/** What the planner expects from its statistics; nothing is read. `whole`: it would read a whole table. */
export type Estimate = { readonly rows: number; readonly whole: boolean }

export async function estimate(db: Database<Tables>, rows: RawBuilder<unknown>): Promise<Estimate> {
  type Plan = { readonly Plan: { readonly 'Plan Rows': number } }
  const answer = await sql<{ 'QUERY PLAN': readonly Plan[] }>`explain (format json) ${rows}`.execute(db)
  const plan = answer.rows[0]?.['QUERY PLAN'][0]?.Plan
  return { rows: plan?.['Plan Rows'] ?? 0, whole: JSON.stringify(plan).includes('"Seq Scan"') }
}
