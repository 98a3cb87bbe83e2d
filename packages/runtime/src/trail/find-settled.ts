import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { AnyDatabase } from './audit-events.js'

const pollMs = 50
/** Longer than a transaction of a service may idle; a statement ends after 30 s. */
const longestMs = 10_000

/**
 * The last seq of a table up to which no transaction can add an event any more. An insert holds the lock of its table
 * before it draws its seq, until its transaction ends. So: read what was drawn last, then who holds the lock, then wait
 * until each of them has ended. Who comes later draws later. Inserts neither wait for this nor do anything for it.
 * @returns undefined when a transaction stays open for longer than ten seconds
 */
export async function findSettled(db: AnyDatabase, table: string): Promise<number | undefined> {
  const { rows } = await sql<{ last: number }>`
    select case when is_called then last_value else 0 end as last from ${sql.table(`${table}_seq_seq`)}`.execute(
    db,
  )
  const writers = await findWriters(db, table)
  const until = Date.now() + longestMs
  for (let open = writers; open.length > 0; ) {
    if (Date.now() > until) return undefined
    await sleep(pollMs)
    const now = new Set(await findWriters(db, table))
    open = open.filter((one) => now.has(one))
  }
  return rows[0]?.last ?? 0
}

/** The transactions that may have drawn a seq and not yet ended. */
async function findWriters(db: AnyDatabase, table: string): Promise<string[]> {
  const { rows } = await sql<{ virtualtransaction: string }>`
    select distinct virtualtransaction from pg_locks
    where locktype = 'relation' and granted and relation = ${table}::regclass
      and database = (select oid from pg_database where datname = current_database())
      and mode in ('RowExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
      and pid is distinct from pg_backend_pid()`.execute(db)
  return rows.map((row) => row.virtualtransaction)
}
