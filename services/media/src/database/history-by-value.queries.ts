import type { Database } from '@likeness/runtime/database'
import { type RawBuilder, sql } from 'kysely'
import type { Tables } from './database.js'
import type { HistoryFilter } from './history-filters.js'
import {
  all,
  ofEvents,
  ofSomebody,
  ofUserAndTime,
  patternOf,
  touchedBy,
  touchedFrom,
} from './history-filters.js'

type Db = Database<Tables>
type ValuePage = {
  readonly column: 'bytes' | 'confirmed_at'
  readonly after: string | undefined
  readonly value: string | undefined
  readonly descending: boolean
  readonly limit: number
}

// Reading that many rows and sorting them costs less than looking for a page of them along the order.
const few = 20_000

/**
 * A page in the order of a value. The index of the order holds what most filters look at, so rows that do not match cost
 * little. What matches few uploads is found in their facts, and sorted.
 */
export async function byValue(db: Db, filter: HistoryFilter, page: ValuePage): Promise<RawBuilder<unknown>> {
  const { status, failure, from, to } = filter
  const { column, descending, limit } = page
  const ofFacts = factConditions(filter)
  const areFew = await matchFew(db, filter)
  // Without the time, an index of the facts has all of it.
  const columns = from === undefined && to === undefined ? sql`id, user_id, bytes` : sql`*`
  const facts = sql`(select ${columns} from upload_facts where ${all(ofFacts)} offset 0)`
  const listed = !areFew
    ? await uploadsOf(db, filter)
    : column === 'bytes' && status === undefined && failure === undefined
      ? sql`${facts} as listed`
      : sql`${facts} as facts join uploads as listed on listed.id = facts.id`
  const by = sql.ref(`listed.${column}`)
  const direction = descending ? sql`desc` : sql`asc`
  return sql`
    select listed.id, ${by} as value from ${listed}
    where ${all([
      ofSomebody,
      ...(column === 'confirmed_at' ? wereConfirmed(filter) : []),
      placed(page),
      ...ofUserAndTime(filter),
      ...ofEvents(filter),
      status !== undefined && sql`listed.status = ${status}`,
      failure !== undefined && sql`listed.failure_code = ${failure}`,
      ...(areFew ? [] : sameConditions(filter)),
    ])}
    order by ${by} ${direction}, listed.id ${direction} limit ${limit}`
}

/**
 * Those that were confirmed. Where the status or the failure tells that nothing was, it says so to the planner, which
 * would look for a page of them in all of the order.
 */
const wereConfirmed = ({ status, failure, from }: HistoryFilter) => [
  sql`listed.confirmed_at is not null`,
  // Nothing is confirmed before it is uploaded.
  from !== undefined && sql`listed.confirmed_at >= ${new Date(from)}`,
  status !== undefined && neverConfirmed.includes(status) && sql`false`,
  failure !== undefined && sql`listed.status in ('failed', 'erased')`,
]
const neverConfirmed: readonly string[] = ['pending', 'discarded', 'expired', 'rejected']

const factConditions = ({ format, sha256, q }: HistoryFilter) =>
  [
    format !== undefined && sql`format = ${format}`,
    sha256 !== undefined && sql`sha256 = decode(${sha256}, 'hex')`,
    q !== undefined && sql`filename ilike ${patternOf(q)}`,
  ].filter((one) => one !== false)

/** The same of `uploads`. */
const sameConditions = ({ format, sha256, q }: HistoryFilter) => [
  format !== undefined && sql`listed.format = ${format}`,
  sha256 !== undefined && sql`listed.sha256 = ${sha256}`,
  q !== undefined && sql`listed.original_filename ilike ${patternOf(q)}`,
]

function placed({ column, after, value, descending }: ValuePage): RawBuilder<unknown> | undefined {
  if (after === undefined || value === undefined) return undefined
  const than = descending ? sql`<` : sql`>`
  const type = column === 'bytes' ? sql`bigint` : sql`timestamptz`
  return sql`(listed.${sql.ref(column)}, listed.id) ${than} (${value}::${type}, ${after}::uuid)`
}

/** Whether so few uploads match that sorting them costs less. What it costs to find out does not grow with the history. */
async function matchFew(db: Db, { format, sha256, q }: HistoryFilter): Promise<boolean> {
  // Most are JPEG.
  if (format !== undefined && format !== 'jpeg' && (await isFew(db, sql`format = ${format}`))) return true
  if (sha256 !== undefined && (await isFew(db, sql`sha256 = decode(${sha256}, 'hex')`))) return true
  return q !== undefined && (await isRareName(db, q))
}

const isFew = (db: Db, condition: RawBuilder<unknown>) =>
  areFewRows(db, sql`select from upload_facts where ${condition}`)

/** The uploads, or those alone to which an address or a person did something, if they are few. */
async function uploadsOf(db: Db, { ip, actorId }: HistoryFilter): Promise<RawBuilder<unknown>> {
  for (const touched of [ip !== undefined && touchedFrom(ip), actorId !== undefined && touchedBy(actorId)]) {
    if (touched && (await areFewRows(db, touched)))
      return sql`(select distinct upload_id from (${touched}) as events offset 0) as touched
        join uploads as listed on listed.id = touched.upload_id`
  }
  return sql`uploads as listed`
}

async function areFewRows(db: Db, query: RawBuilder<unknown>): Promise<boolean> {
  const { rows } = await sql`select from (${query}) as found offset ${few} limit 1`.execute(db)
  return rows.length === 0
}

/** Judged by the newest uploads, since the planner knows little of names. */
async function isRareName(db: Db, part: string): Promise<boolean> {
  const { rows } = await sql`
    select from (select filename from upload_facts order by id desc limit 10000) as newest
    where filename ilike ${patternOf(part)} limit 10`.execute(db)
  return rows.length < 10
}
