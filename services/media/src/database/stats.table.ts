import type { Database, Transaction } from '@likeness/runtime/database'
import { type ColumnType, type Generated, type RawBuilder, sql } from 'kysely'
import type { Tables } from './database.js'
import { statesWithFiles } from './uploads.table.js'

/**
 * Counters by name: the events of each type (`uploaded`, `confirmed`, …), `bytes` of originals, `refused:CODE`, and
 * histograms of the durations to confirm and to publish, `c:BIN` and `p:BIN`. A summary has `c50`, `c95`, `p50` and `p95`
 * in place of the bins: those that so many of a hundred durations stay under.
 */
export type Counters = Readonly<Record<string, number>>

/** Sums of whole hours, days and months in UTC; the newest of each hold what is rolled up so far. */
export type StatsTable = {
  unit: Unit
  at: Date
  counters: ColumnType<Counters, string, string>
  /** Made of the counters by the database. A tenth of their size, it is all that an answer about this very unit needs. */
  summary: ColumnType<Counters, never, never>
}
export type Unit = 'hour' | 'day' | 'month'

/** One row: the last event that is in the sums, and the originals kept when they were last counted. */
export type StatsStateTable = {
  single: Generated<boolean>
  last_seq: Generated<number>
  rolled_up_at: Date | null
  kept_uploads: number | null
  kept_bytes: number | null
  kept_at: Date | null
}

type Db = Database<Tables>

/** What was counted in an hour that begins at `hour`. */
export type HourOfCounters = { readonly hour: Date; readonly counters: Counters }

/** A bin is 5 % wide: a duration read from its middle is within 2.5 %. */
export const binWidth = 1.05
const bin = sql.raw(`floor(ln(greatest(ms, 1)) / ln(${binWidth}))`)

/** What happened after one event and up to another, or since then, summed by hour. */
export const countEvents = (db: Db, after: number, to: number): Promise<HourOfCounters[]> =>
  countNamed(
    db,
    sql`
    event as (
      select user_id, upload_id, seq, type, at, details from upload_events where seq > ${after} and seq <= ${to}
    ), counted as (
      select at, type as name, 1 as n from event
      union all
      select at, 'bytes', bytes from event join uploads on uploads.user_id = event.user_id and id = upload_id
      where type = 'uploaded'
      union all
      select at, 'refused:' || coalesce(details ->> 'code', 'unknown'), 1 from event where type in ('rejected', 'failed')
      union all
      select at, 'c:' || ${bin}, 1 from (
        select at, extract(epoch from at - uploaded_at) * 1000 as ms
        from event join uploads on uploads.user_id = event.user_id and id = upload_id
        where type = 'confirmed') as confirmed
      union all
      select at, 'p:' || ${bin}, 1 from (
        select event.at, extract(epoch from event.at - decided.at) * 1000 as ms
        from event cross join lateral (
          select at from upload_events before
          where before.user_id = event.user_id and before.upload_id = event.upload_id and before.seq < event.seq
            and before.type in ('confirmed', 'restored')
          order by before.seq desc limit 1) as decided
        where type = 'published') as published
    )`,
  )

const refusal = sql`refused_at as at, 'refused:' || code as name, 1 as n`

/** The refusals that are not in the sums yet, summed by hour. */
export const countRefusals = (db: Db): Promise<HourOfCounters[]> =>
  countNamed(db, sql`counted as (select ${refusal} from refused_uploads where not counted)`)

/** The same, which are noted to be in the sums from now on. */
export const takeRefusals = (trx: Transaction<Tables>): Promise<HourOfCounters[]> =>
  countNamed(
    trx,
    sql`
    taken as (update refused_uploads set counted = true where not counted returning refused_at, code),
    counted as (select ${refusal} from taken)`,
  )

/** @param named common table expressions, the last of which is `counted`: a time, a name and a number */
async function countNamed(db: Db, named: RawBuilder<unknown>): Promise<HourOfCounters[]> {
  const { rows } = await sql<HourOfCounters>`
    with ${named},
    summed as (select date_trunc('hour', at, 'UTC') as hour, name, sum(n) as n from counted group by 1, 2)
    select hour, jsonb_object_agg(name, n) as counters from summed group by hour order by hour`.execute(db)
  return rows
}

/** The state, locked while it is rolled up. */
export function lockStatsState(trx: Transaction<Tables>) {
  return trx.selectFrom('stats_state').selectAll().forUpdate().executeTakeFirstOrThrow()
}

export const findStatsState = (db: Db) => db.selectFrom('stats_state').selectAll().executeTakeFirstOrThrow()

/** Adds the counters of hours to the sums of these hours, of their days and of their months. */
export async function addCounters(
  trx: Transaction<Tables>,
  counted: readonly HourOfCounters[],
): Promise<void> {
  await sql`
    with added as (
      select unit, date_trunc(unit, hour, 'UTC') as at, name, sum(n::numeric) as n
      from unnest(${counted.map(({ hour }) => hour)}::timestamptz[], ${counted.map(({ counters }) => JSON.stringify(counters))}::jsonb[])
          as counted (hour, counters)
        cross join unnest(array['hour', 'day', 'month']) as unit
        cross join jsonb_each_text(counters) as counter (name, n)
      group by 1, 2, 3
    )
    insert into stats as known (unit, at, counters)
    select unit, at, jsonb_object_agg(name, n) from added group by 1, 2
    on conflict (unit, at) do update set counters = (
      select jsonb_object_agg(name, n) from (
        select key as name, sum(value::numeric) as n
        from (select * from jsonb_each_text(known.counters) union all select * from jsonb_each_text(excluded.counters)) as both_sides
        group by key) as summed)`.execute(trx)
}

/** Notes the last event that is in the sums. */
export async function setRolledUp(trx: Transaction<Tables>, seq: number): Promise<void> {
  await trx.updateTable('stats_state').set({ last_seq: seq, rolled_up_at: sql<Date>`now()` }).execute()
}

/** Counts the originals kept, unless that was done within the hour. */
export async function recountKept(db: Db): Promise<void> {
  await sql`
    update stats_state set (kept_uploads, kept_bytes, kept_at) = (
      select count(*), coalesce(sum(bytes), 0), now() from uploads
      where original_deleted_at is null
        and status in (${sql.join(statesWithFiles)}))
    where kept_at is null or kept_at < now() - interval '1 hour'`.execute(db)
}

/** The sums of these units, or their summaries, those without events left out. */
export async function findSums(
  db: Db,
  units: readonly { unit: Unit; at: Date }[],
  what: 'counters' | 'summary',
): Promise<{ unit: Unit; at: Date; counters: Counters }[]> {
  const { rows } = await sql<{ unit: Unit; at: Date; counters: Counters }>`
    select unit, at, ${sql.ref(what)} as counters from stats
    join unnest(${units.map(({ unit }) => unit)}::text[], ${units.map(({ at }) => at)}::timestamptz[]) as asked (unit, at)
      using (unit, at)`.execute(db)
  return rows
}
