import type { TrailFault } from '@likeness/contracts'
import { type Kysely, sql } from 'kysely'
import type { TrailTable } from './format.js'
import { beginning, findLastSeal, markBytes, marksOf, type SealNote, type SealRow, sealOf } from './seals.js'
import { insertVerification } from './verifications.js'

export type Verified = {
  readonly whole: boolean
  readonly seals: number
  readonly events: number
  /** The number of the last seal. Events after it are not sealed yet, and not verified. */
  readonly lastSeal: number
  readonly fault: TrailFault | null
  readonly attention?: string
}

/**
 * Computes every seal again from the events, one link at a time, until something does not fit, and keeps the result in
 * `trail_verifications`. What retention and erasure removed meanwhile fits, as long as their own events say so.
 * @param options `against`: seals that were noted elsewhere, which the chain has to contain
 */
export async function verifyTrail<Tables>(
  db: Kysely<Tables>,
  tables: readonly TrailTable[],
  { against = [] }: { readonly against?: readonly SealNote[] } = {},
): Promise<Verified> {
  const startedAt = new Date()
  const done = { seals: 0, events: 0 }
  const fault = (await findInChain(db, tables, against, done)) ?? (await findUnexplained(db)) ?? null
  const verified = { whole: fault === null, ...done, lastSeal: (await findLastSeal(db)).number, fault }
  await insertVerification(db, { startedAt, ...verified })
  return fault === null
    ? verified
    : { ...verified, attention: `the trail is not as it was sealed: ${wordsOf(fault)}` }
}

/** A fault for a person. */
const wordsOf = ({ what, table, seq, seal }: TrailFault): string =>
  [what, table, seq !== undefined && `seq ${seq}`, seal !== undefined && `seal ${seal}`]
    .filter(Boolean)
    .join(', ')

async function findInChain<Tables>(
  db: Kysely<Tables>,
  tables: readonly TrailTable[],
  against: readonly SealNote[],
  done: { seals: number; events: number },
): Promise<TrailFault | undefined> {
  const noted = new Map(against.map(({ number, seal }) => [number, seal]))
  const sealedTo = new Map(tables.map(({ name }) => [name, 0]))
  let previous: Buffer = beginning
  for (let number = 1; ; number += 1) {
    const { rows } = await sql<{ source: string }>`
      select source from trail_seals where number >= ${number} order by number limit 1`.execute(db)
    const source = rows[0]?.source
    if (source === undefined) break
    const table = tables.find(({ name }) => name === source)
    const link = table && (await readLink(db, table, number))
    const isNext =
      link && link.first_seq === (sealedTo.get(source) ?? 0) + 1 && link.previous.equals(previous)
    if (!link || !isNext || !sealOf(link).equals(link.seal)) return { what: 'broken', seal: number }
    const expected = noted.get(number)
    if (expected !== undefined && expected !== link.seal.toString('hex'))
      return { what: 'rewritten', seal: number }
    noted.delete(number)
    const fault = compare(link)
    if (fault) return { ...fault, table: source, seal: number }
    previous = link.seal
    sealedTo.set(source, link.last_seq)
    done.seals += 1
    done.events += link.events
  }
  const [gone] = noted.keys()
  return gone === undefined ? undefined : { what: 'rewritten', seal: gone }
}

type Link = SealRow & { readonly live: Buffer; readonly gone: readonly string[] }

/** A link, and what its events are now, in one snapshot. */
async function readLink<Tables>(
  db: Kysely<Tables>,
  table: TrailTable,
  number: number,
): Promise<Link | undefined> {
  const range = { first: sql`s.first_seq`, last: sql`s.last_seq` }
  const { rows } = await sql<Link>`
    select s.number, s.source, s.first_seq, s.last_seq, s.events, s.marks, s.previous, s.seal,
      ${marksOf(table, range)} as live,
      array(select seq::text from removed_events
        where source = s.source and seq between s.first_seq and s.last_seq and gone) as gone
    from trail_seals s where s.number = ${number} and s.source = ${table.name}`.execute(db)
  return rows[0]
}

/** The first event of a link that is not as it was sealed. */
function compare({
  first_seq,
  events,
  marks,
  live,
  gone,
}: Link): Pick<TrailFault, 'what' | 'seq'> | undefined {
  if (marks.length !== events * markBytes) return { what: 'missing', seq: first_seq }
  const removed = new Set(gone)
  const placeAt = (bytes: Buffer, at: number) =>
    at < bytes.length ? bytes.readInt32BE(at) : Number.POSITIVE_INFINITY
  for (let then = 0, now = 0; then < marks.length || now < live.length; ) {
    const [was, is] = [placeAt(marks, then), placeAt(live, now)]
    const seq = first_seq + Math.min(was, is)
    if (is < was) return { what: 'inserted', seq }
    if (was < is) {
      if (!removed.has(String(seq))) return { what: 'missing', seq }
      then += markBytes
      continue
    }
    const isSame = marks.subarray(then, then + markBytes).equals(live.subarray(now, now + markBytes))
    if (!isSame) return { what: 'changed', seq }
    then += markBytes
    now += markBytes
  }
  return undefined
}

/**
 * An event of retention or erasure that does not say how much it removed, while something was removed in its name. One
 * that retention itself removed since is not there to ask.
 */
async function findUnexplained<Tables>(db: Kysely<Tables>): Promise<TrailFault | undefined> {
  const { rows } = await sql<{ entry: number }>`
    select removed.entry from (select entry, count(*) as count from removed_events group by entry) as removed
    left join audit_events a on a.seq = removed.entry
      and a.action in ('trail-pruned', 'audit-pruned', 'text-erased', 'person-erased')
    where case when a.seq is null then not exists (
        select from removed_events r where r.source = 'audit_events' and r.seq = removed.entry and r.gone)
      else (a.details ->> 'sealed')::bigint is distinct from removed.count end
    order by removed.entry limit 1`.execute(db)
  const [first] = rows
  return first && { what: 'unexplained', table: 'audit_events', seq: first.entry }
}
