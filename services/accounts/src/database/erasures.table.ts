import type { Database, Transaction } from '@likeness/runtime/database'
import { type ColumnType, type Generated, type Insertable, type Selectable, sql } from 'kysely'
import type { Tables } from './database.js'

/** Closed accounts. The row is the outbox of what media has to erase, and the audit record that stays. */
export type ErasuresTable = {
  id: string
  /** Once media has erased, this id is stored nowhere else. */
  user_id: string
  token_hash: Buffer
  /** null when the user closed the account. */
  actor_id: string | null
  reason: string | null
  requested_at: Generated<Date>
  completed_at: ColumnType<Date | null, never, Date>
}
export type ErasureRow = Selectable<ErasuresTable>

type Db = Database<Tables>

export function insertErasure(
  trx: Transaction<Tables>,
  erasure: Pick<Insertable<ErasuresTable>, 'id' | 'user_id' | 'token_hash' | 'actor_id' | 'reason'>,
): Promise<ErasureRow> {
  return trx.insertInto('erasures').values(erasure).returningAll().executeTakeFirstOrThrow()
}

export function findErasure(db: Db, id: string): Promise<ErasureRow | undefined> {
  return db.selectFrom('erasures').selectAll().where('id', '=', id).executeTakeFirst()
}

/** Newest first, older than `after`. Ids are UUID v7, so they sort by time. */
export function listErasures(
  db: Db,
  status: 'erasing' | 'complete' | undefined,
  page: { after: string | undefined; limit: number },
): Promise<ErasureRow[]> {
  let query = db.selectFrom('erasures').selectAll()
  if (status !== undefined) query = query.where('completed_at', status === 'complete' ? 'is not' : 'is', null)
  if (page.after !== undefined) query = query.where('id', '<', page.after)
  return query.orderBy('id', 'desc').limit(page.limit).execute()
}

/** Deletes the records of erasures completed more than `days` ago; returns how many. */
export async function pruneErasures(db: Db, days: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('erasures')
    .where('completed_at', '<', sql<Date>`now() - make_interval(days => ${days})`)
    .executeTakeFirstOrThrow()
  return Number(numDeletedRows)
}

export async function markErased(db: Db, id: string): Promise<void> {
  await db
    .updateTable('erasures')
    .set({ completed_at: sql<Date>`now()` })
    .where('id', '=', id)
    .where('completed_at', 'is', null)
    .execute()
}

/** Erasures that are not complete after `seconds`, oldest first. */
export async function findOpenErasures(db: Db, seconds: number, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('erasures')
    .select('id')
    .where('completed_at', 'is', null)
    .where('requested_at', '<', sql<Date>`now() - make_interval(secs => ${seconds})`)
    .orderBy('requested_at')
    .limit(limit)
    .execute()
  return rows.map((row) => row.id)
}
