import type { Database } from '@likeness/runtime/database'
import { statement } from '@likeness/runtime/prepared'
import { sql } from 'kysely'
import type { Tables } from './database.js'

/** Counts of attempts within a fixed window, shared by all processes. */
export type AttemptsTable = {
  /** Hash of the limit and of whose attempts it counts: no address or name is kept here. */
  key: Buffer
  count: number
  resets_at: Date
}

type Db = Database<Tables>
export type Counted = { readonly key: Buffer; readonly count: number; readonly resetsInSeconds: number }

/** Counts one attempt under each key, opening a new window where the last one has ended, in one statement. */
export async function countAttempts(
  db: Db,
  windows: readonly { key: Buffer; seconds: number }[],
): Promise<Counted[]> {
  // Rows are locked in the order of their keys, so two processes never wait for each other.
  return countEach(
    db,
    windows.map(({ key }) => key),
    windows.map(({ seconds }) => seconds),
  )
}
const countEach = statement<Counted>(
  'count-attempts',
  counting('unnest($1::bytea[], $2::float8[]) as given (key, seconds)'),
)

/** The statement that counts, and returns what `Counted` names. @param given where its `key` and `seconds` come from */
export function counting(given: string): string {
  return `insert into attempts as known (key, count, resets_at)
  select key, 1, now() + make_interval(secs => seconds) from ${given} order by key
  on conflict (key) do update set
    count = case when known.resets_at <= now() then 1 else known.count + 1 end,
    resets_at = case when known.resets_at <= now() then excluded.resets_at else known.resets_at end
  returning key, count, extract(epoch from resets_at - now())::float8 as "resetsInSeconds"`
}

/** Takes one attempt back under each key, and forgets every attempt under each of `forget`. */
export async function returnAttempts(
  db: Db,
  keys: readonly Buffer[],
  forget: readonly Buffer[] = [],
): Promise<void> {
  if (keys.length + forget.length > 0) await takeBack(db, keys, forget)
}
// Locked in the order in which they are counted: two log-ins of one person at once would otherwise deadlock.
const takeBack = statement(
  'return-attempts',
  `with locked as (
    select key from attempts where key = any($1::bytea[] || $2::bytea[]) order by key for update
  ), forgotten as (
    delete from attempts using locked where attempts.key = locked.key and attempts.key = any($2)
  )
  update attempts set count = count - 1 from locked
  where attempts.key = locked.key and attempts.key = any($1) and count > 0`,
)

/** Deletes windows that have ended, but those that are just being opened again; returns how many. */
export async function pruneAttempts(db: Db): Promise<number> {
  const ended = db
    .selectFrom('attempts')
    .select('key')
    .where('resets_at', '<=', sql<Date>`now()`)
    .forUpdate()
    .skipLocked()
  const { numDeletedRows } = await db
    .deleteFrom('attempts')
    .where('key', 'in', ended)
    .executeTakeFirstOrThrow()
  return Number(numDeletedRows)
}
