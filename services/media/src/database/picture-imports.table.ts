import type { Database, Transaction } from '@likeness/runtime/database'
import { type ColumnType, type Generated, type Selectable, sql } from 'kysely'
import type { Tables } from './database.js'
import type { OldRows } from './old-rows.queries.js'

/**
 * The pictures that logins of others show of people who came for the first time. `meet-person` adds a row with the person;
 * it goes once the picture is imported or not needed, and stays with the reason when it could not be.
 */
export type PictureImportsTable = {
  user_id: string
  url: string
  asked_at: Generated<Date>
  /** Tries that were begun. */
  attempts: Generated<number>
  /** When it is tried next; while it is tried, when another process may. */
  next_at: Generated<Date>
  ended_at: ColumnType<Date | null, never, Date>
  /** The code of the problem for which it was given up. */
  failure: ColumnType<string | null, never, string>
}
type PictureImportRow = Selectable<PictureImportsTable>

type Db = Database<Tables>

/** Seconds until the next try, after the first one, the second, and so on; there are five. */
const waits = [60, 600, 3_600, 21_600] as const
export const mostTries = waits.length + 1

/** Begins a try, so that no other process does. @returns undefined when none is due */
export async function beginImport(db: Db, userId: string): Promise<PictureImportRow | undefined> {
  const { rows } = await sql<PictureImportRow>`
    update picture_imports set attempts = attempts + 1,
      next_at = now() + make_interval(secs => (array[${sql.join(waits)}]::integer[])[least(attempts + 1, ${waits.length})])
    where user_id = ${userId} and ended_at is null and next_at <= now()
    returning *`.execute(db)
  return rows[0]
}

/** It is imported, or not needed. */
export async function deleteImport(db: Db, userId: string): Promise<void> {
  await db.deleteFrom('picture_imports').where('user_id', '=', userId).execute()
}

/** Gives it up. @param failure the code of the problem */
export async function endImport(db: Db, userId: string, failure: string): Promise<void> {
  await db
    .updateTable('picture_imports')
    .set({ ended_at: sql<Date>`now()`, failure })
    .where('user_id', '=', userId)
    .where('ended_at', 'is', null)
    .execute()
}

/** Whether anything was ever uploaded for a person, or is on its way. Under `lockUser` this stays so. */
export async function hasOwnPicture(db: Db | Transaction<Tables>, userId: string): Promise<boolean> {
  const { rows } = await sql<{ has: boolean }>`
    select exists (select from uploads where user_id = ${userId})
      or exists (select from direct_uploads where user_id = ${userId}) as has`.execute(db)
  return rows[0]?.has ?? false
}

/** Those that were given up. */
export const oldImports: OldRows = {
  table: 'picture_imports',
  since: 'ended_at',
  isOld: sql<boolean>`ended_at <= now() - interval '90 days'`,
}
