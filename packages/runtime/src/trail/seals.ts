import { createHash } from 'node:crypto'
import { type RawBuilder, sql } from 'kysely'
import type { AnyDatabase } from './audit-events.js'
import { leafOf, personOf, type TrailTable } from './format.js'

/** One link of the chain: the events of a table from `first_seq` to `last_seq`, as they were when it was made. */
export type SealRow = {
  readonly number: number
  readonly source: string
  readonly first_seq: number
  readonly last_seq: number
  readonly events: number
  readonly marks: Buffer
  readonly previous: Buffer
  readonly seal: Buffer
}

/** A seal as it leaves the database, so that its owner cannot make another in its place. */
export type SealNote = { readonly service: string; readonly number: number; readonly seal: string }

/** The seal before the first. */
export const beginning = Buffer.alloc(32)

const sha256 = (...parts: readonly (string | Buffer)[]) => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/** The seal of a link: of its marks, of what they cover, and of the seal before. */
export const sealOf = (link: Omit<SealRow, 'seal'>): Buffer => {
  const { number, source, first_seq, last_seq, events, marks, previous } = link
  return sha256(previous, JSON.stringify([number, source, first_seq, last_seq, events]), sha256(marks))
}

/** Bytes of one mark: the place of its event after the first, and the hash. */
export const markBytes = 36

/** Number of the last seal, and the seal; that before the first where there is none. */
export async function findLastSeal(db: AnyDatabase): Promise<Pick<SealRow, 'number' | 'seal'>> {
  const { rows } = await sql<Pick<SealRow, 'number' | 'seal'>>`
    select number, seal from trail_seals order by number desc limit 1`.execute(db)
  return rows[0] ?? { number: 0, seal: beginning }
}

/**
 * The marks of the events of a table between two places, as one value, computed from the rows as they are: the text of
 * the hash is in this query, so that no function of the database has a say in it.
 */
export const marksOf = (
  table: TrailTable,
  { first, last }: { first: RawBuilder<unknown>; last: RawBuilder<unknown> },
): RawBuilder<unknown> => {
  const name = sql.table(table.name)
  return sql`(
    select coalesce(string_agg(int4send((e.seq - ${first})::integer) || ${sql.raw(leafOf(table))}, ''::bytea order by e.seq), '')
    from ${name} e
    left join trail_salts of_actor on of_actor.person_id = ${sql.raw(personOf(table, 'actor'))}
    left join trail_salts of_user on of_user.person_id = ${sql.raw(personOf(table, 'details'))}
    left join (
      select seq,
        (array_agg(actor_mark) filter (where actor_mark is not null))[1] as actor_mark,
        (array_agg(details_mark) filter (where details_mark is not null))[1] as details_mark,
        (array_agg(changes_mark) filter (where changes_mark is not null))[1] as changes_mark
      from removed_events where source = ${sql.lit(table.name)} and seq between ${first} and ${last} group by seq
    ) r on r.seq = e.seq
    where e.seq between ${first} and ${last})`
}
