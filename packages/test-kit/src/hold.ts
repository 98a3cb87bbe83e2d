import { type Kysely, sql } from 'kysely'
import { waitFor } from './processes.js'

/**
 * A second connection whose transaction stays open until `release`, so that what needs its locks waits. It sees what
 * is committed meanwhile.
 */
export async function hold<Tables>(db: Kysely<Tables>) {
  const trx = await db.startTransaction().execute()
  return {
    trx,
    /** Writes to this table wait. */
    lockTable: (table: keyof Tables & string) =>
      sql`lock table ${sql.table(table)} in share mode`.execute(trx),
    /** Waits until so many other connections wait for a lock. */
    async untilWaiting(count: number): Promise<void> {
      const waiting = async () => {
        const { rows } = await sql<{ count: number }>`
          select count(*)::int as count from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`.execute(db)
        return (rows[0]?.count ?? 0) >= count
      }
      await waitFor(waiting, { for: `${count} to wait for a lock` })
    },
    /** Commits, and so lets the others go on. */
    release: () => trx.commit().execute(),
  }
}
