import { type Kysely, sql } from 'kysely'

/**
 * The first and the last seq of what a table of the trail holds of a range of time, whose ends may be open. They are looked
 * up, since a seq does not follow time exactly.
 * @param range times as PostgreSQL reads them; what happened at `to` is outside
 * @returns undefined when nothing happened within it
 */
export async function seqsWithin(
  db: Kysely<Record<never, never>>,
  table: string,
  { from, to }: { readonly from?: string | undefined; readonly to?: string | undefined },
): Promise<{ first: number; last: number } | undefined> {
  const { rows } = await sql<{ first: number | null; last: number | null }>`
    select min(seq) as first, max(seq) as last from ${sql.table(table)}
    where at >= ${from ?? '-infinity'}::timestamptz and at < ${to ?? 'infinity'}::timestamptz`.execute(db)
  const { first, last } = rows[0] ?? { first: null, last: null }
  return first === null || last === null ? undefined : { first, last }
}
