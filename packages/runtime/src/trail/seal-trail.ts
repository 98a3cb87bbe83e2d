import { setTimeout as sleep } from 'node:timers/promises'
import { type Kysely, sql, type Transaction } from 'kysely'
import { findSettled } from './find-settled.js'
import { personOf, type TrailTable } from './format.js'
import { findLastSeal, markBytes, marksOf, sealOf } from './seals.js'

/** Events of one link: what a process holds at a time, 72 KB. */
const most = 2_000
/** The places of a link fit into four bytes. */
const widest = 2 ** 31 - 1

export type Sealed = {
  readonly seals: number
  readonly events: number
  /** Tables that wait for an open transaction or for another sealer; the next run seals them. */
  readonly waiting: readonly string[]
  readonly attention?: string
}

/**
 * Seals the events of each table up to which no transaction can add any more, link by link, each in a transaction of its
 * own: a run that dies loses nothing, and two at once share the work.
 * @param options `dryRun`: only count the events
 */
export async function sealTrail<Tables>(
  db: Kysely<Tables>,
  tables: readonly TrailTable[],
  { dryRun }: { readonly dryRun: boolean },
): Promise<Sealed> {
  const sealed = { seals: 0, events: 0, waiting: [] as string[] }
  for (const table of tables) {
    const settled = await findSettled(db, table.name)
    if (settled === undefined) {
      sealed.waiting.push(table.name)
      continue
    }
    if (dryRun) {
      sealed.events += await countUnsealed(db, table.name, settled)
      continue
    }
    for (;;) {
      const events = await whenFree(() => db.transaction().execute((trx) => sealNext(trx, table, settled)))
      if (events === undefined) sealed.waiting.push(table.name)
      if (!events) break
      sealed.seals += 1
      sealed.events += events
    }
  }
  return sealed.waiting.length === 0
    ? sealed
    : { ...sealed, attention: `a transaction stays open: ${sealed.waiting.join(', ')}` }
}

/** Tries for two seconds: what holds the trail mostly takes milliseconds. */
async function whenFree<Result>(work: () => Promise<Result | undefined>): Promise<Result | undefined> {
  for (let tries = 1; ; tries += 1) {
    const result = await work()
    if (result !== undefined || tries === 40) return result
    await sleep(50)
  }
}

/**
 * Adds one link. Removing from the trail and other sealers are kept out meanwhile; they are not waited for, since those
 * who come after would wait as well.
 * @returns how many events it has; undefined when it has to wait
 */
async function sealNext<Tables>(
  trx: Transaction<Tables>,
  table: TrailTable,
  settled: number,
): Promise<number | undefined> {
  const lock = await sql<{ free: boolean }>`
    select pg_try_advisory_xact_lock(hashtextextended('trail', 0)) as free`.execute(trx)
  if (!lock.rows[0]?.free) return undefined
  const name = sql.table(table.name)
  const { rows: found } = await sql<{ first: number; last: number | null; events: number }>`
    select first, max(seq) as last, count(seq) as events
    from (select sealed_to(${table.name}) + 1 as first) as place left join lateral (
      select seq from ${name} where seq >= first and seq <= least(${settled}::bigint, first + ${widest}::bigint)
      order by seq limit ${most}) as next on true
    group by first`.execute(trx)
  const { first, last, events } = found[0] ?? { first: 1, last: null, events: 0 }
  if (last === null) return 0

  await sql`
    insert into trail_salts (person_id, salt)
    select person_id, decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex')
    from (
      select ${sql.raw(personOf(table, 'actor'))} as person_id from ${name} e where seq between ${first} and ${last}
      union select ${sql.raw(personOf(table, 'details'))} from ${name} e where seq between ${first} and ${last}
    ) as people
    on conflict do nothing`.execute(trx)
  const range = { first: sql`${first}::bigint`, last: sql`${last}::bigint` }
  const { rows: made } = await sql<{ marks: Buffer }>`select ${marksOf(table, range)} as marks`.execute(trx)
  const marks = made[0]?.marks
  if (marks?.length !== events * markBytes) throw new Error(`${table.name} changed while it was sealed`)

  const { number, seal: previous } = await findLastSeal(trx)
  const link = {
    ...{ number: number + 1, source: table.name, first_seq: first, last_seq: last },
    ...{ events, marks, previous },
  }
  await sql`
    insert into trail_seals (number, source, first_seq, last_seq, events, marks, previous, seal)
    values (${link.number}, ${link.source}, ${first}, ${last}, ${events}, ${marks}, ${previous}, ${sealOf(link)})
  `.execute(trx)
  return events
}

async function countUnsealed<Tables>(db: Kysely<Tables>, table: string, settled: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from ${sql.table(table)}
    where seq > sealed_to(${table}) and seq <= ${settled}::bigint`.execute(db)
  return rows[0]?.count ?? 0
}
