import type { Database } from '@likeness/runtime/database'
import { type Expression, type SqlBool, sql } from 'kysely'
import type { Tables } from './database.js'

/** Rows of a table that are no longer kept: those for which `isOld` holds, oldest by `since` first. */
export type OldRows = {
  readonly table:
    | 'blocked_images'
    | 'failed_runs'
    | 'idempotency_keys'
    | 'left_people'
    | 'picture_imports'
    | 'refused_uploads'
    | 'takedown_items'
    | 'takedowns'
    | 'webhook_events'
  readonly since: string
  readonly isOld: Expression<SqlBool>
}
type Db = Database<Tables>

/** How many there are. */
export async function countOldRows(db: Db, { table, isOld }: OldRows): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from ${sql.table(table)} where ${isOld}`.execute(db)
  return rows[0]?.count ?? 0
}

/** Deletes up to `limit` of them; two processes share the work. @returns how many */
export async function deleteOldRows(
  db: Db,
  { table, since, isOld }: OldRows,
  limit: number,
): Promise<number> {
  const { rows } = await sql`
    delete from ${sql.table(table)} where ctid = any(array(
      select ctid from ${sql.table(table)} where ${isOld}
      order by ${sql.ref(since)} limit ${limit} for update skip locked))
    returning 1`.execute(db)
  return rows.length
}
