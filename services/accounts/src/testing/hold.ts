import { waitFor } from '@likeness/test-kit'
import { sql } from 'kysely'
import type { Tables } from '../database/database.js'
import type { Accounts } from './start-accounts.js'

/**
 * A second connection whose transaction stays open until `release`, so that what needs its locks waits. It sees what
 * is committed meanwhile.
 */
export async function hold(db: Accounts['db']) {
  const trx = await db.startTransaction().execute()
  return {
    trx,
    /** Whoever writes to this table waits. */
    lockTable: (table: keyof Tables) => sql`lock table ${sql.table(table)} in share mode`.execute(trx),
    /** Waits until so many other connections wait for a lock. */
    async untilWaiting(count: number): Promise<void> {
      const waiting = async () => {
        const { rows } = await sql<{ count: number }>`
          select count(*)::int as count from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`.execute(db)
        return (rows[0]?.count ?? 0) >= count
      }
      await waitFor(waiting, { for: `${count} to wait for a lock`, timeoutMs: 120_000 })
    },
    /** Commits, and so lets the others go on. */
    release: () => trx.commit().execute(),
  }
}
