import type { Database, Transaction } from '@likeness/runtime/database'
import { type Generated, type Selectable, sql } from 'kysely'
import type { Tables } from './database.js'
import { deleteKeysOfUser } from './idempotency-keys.table.js'
import { forgetPerson } from './people.table.js'

/** Users who left. An id that no longer leads to a person is not personal data. */
export type ErasedUsersTable = {
  user_id: string
  asked_at: Generated<Date>
  /** null while the job has work left. */
  erased_at: Generated<Date | null>
}
type Db = Database<Tables>

/** Under `lockUser`: once this commits, nothing new is accepted for the user. */
export async function askErasure(
  trx: Transaction<Tables>,
  userId: string,
): Promise<Selectable<ErasedUsersTable>> {
  await trx
    .insertInto('erased_users')
    .values({ user_id: userId })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return trx.selectFrom('erased_users').selectAll().where('user_id', '=', userId).executeTakeFirstOrThrow()
}

/** Whether this user left or is leaving. */
export async function isErased(db: Db, userId: string): Promise<boolean> {
  const row = await db
    .selectFrom('erased_users')
    .select('user_id')
    .where('user_id', '=', userId)
    .executeTakeFirst()
  return row !== undefined
}

/** Whether nothing is left of this user but the row that says so. */
export async function isErasureDone(db: Db, userId: string): Promise<boolean> {
  const row = await db
    .selectFrom('erased_users')
    .select('erased_at')
    .where('user_id', '=', userId)
    .executeTakeFirst()
  return row?.erased_at != null
}

/**
 * Under `lockUser`: deletes every row of the user, and what is theirs in the trails of others, by `erase_trail`; marks the
 * erasure complete.
 */
export async function deleteUserRows(trx: Transaction<Tables>, userId: string): Promise<void> {
  // A worker that notes something of an upload does not lock the user. It is done by now, or finds nothing to note.
  await sql`select from uploads where user_id = ${userId} order by id for update`.execute(trx)
  await deleteKeysOfUser(trx, userId)
  await forgetPerson(trx, userId)
  await trx.deleteFrom('withdrawals').where('user_id', '=', userId).execute()
  await trx.deleteFrom('avatars').where('user_id', '=', userId).execute()
  await trx.deleteFrom('looks').where('user_id', '=', userId).execute()
  await trx.deleteFrom('takedown_items').where('user_id', '=', userId).execute()
  await trx.deleteFrom('owner_notices').where('user_id', '=', userId).execute()
  await trx.deleteFrom('picture_imports').where('user_id', '=', userId).execute()
  await trx.deleteFrom('refused_uploads').where('user_id', '=', userId).execute()
  await trx.deleteFrom('direct_uploads').where('user_id', '=', userId).execute()
  await trx.deleteFrom('failed_runs').where('user_id', '=', userId).execute()
  await trx.deleteFrom('upload_facts').where('user_id', '=', userId).execute()
  await sql`select erase_trail(${userId})`.execute(trx)
  await trx.deleteFrom('uploads').where('user_id', '=', userId).execute()
  await trx
    .updateTable('erased_users')
    .set({ erased_at: sql<Date>`coalesce(erased_at, now())` })
    .where('user_id', '=', userId)
    .execute()
}
