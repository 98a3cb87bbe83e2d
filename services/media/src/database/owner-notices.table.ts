import type { TellOwner } from '@likeness/contracts'
import type { Database, Transaction } from '@likeness/runtime/database'
import { newId } from '@likeness/runtime/ids'
import type { ColumnType, Generated, Insertable, Selectable } from 'kysely'
import type { Tables } from './database.js'

/**
 * What operators did to a user's uploads, apart from withdrawing the avatar; what failed after it was confirmed; and that
 * a webhook which they added stopped. A row waits until accounts knows.
 */
export type OwnerNoticesTable = {
  user_id: string
  id: string
  at: Generated<Date>
  kind: TellOwner['kind']
  upload_ids: string[]
  /** null when no person did it. */
  actor_id: string | null
  /** The actor's address and device. */
  ip: string | null
  user_agent: string | null
  reason: string | null
  /** False where another e-mail says it already. */
  by_mail: boolean
  /** The webhook of an administrator that stopped; null for what is about uploads. */
  webhook: ColumnType<TellOwner['webhook'], string | null, never>
  /** What it changed, where its kind does not say it. */
  changes: ColumnType<TellOwner['changes'], string | null, never>
}
export type OwnerNoticeRow = Selectable<OwnerNoticesTable>
type NoticeKey = Pick<OwnerNoticeRow, 'user_id' | 'id'>

/** @returns its key, for the job `tell-owner` after the commit */
export async function insertNotice(
  trx: Transaction<Tables>,
  notice: Omit<Insertable<OwnerNoticesTable>, 'id' | 'at'>,
): Promise<NoticeKey> {
  const key = { user_id: notice.user_id, id: newId() }
  await trx
    .insertInto('owner_notices')
    .values({ ...notice, ...key })
    .execute()
  return key
}

export function findNotice(
  db: Database<Tables>,
  { user_id, id }: NoticeKey,
): Promise<OwnerNoticeRow | undefined> {
  return db
    .selectFrom('owner_notices')
    .selectAll()
    .where('user_id', '=', user_id)
    .where('id', '=', id)
    .executeTakeFirst()
}

/** Once accounts knows. */
export async function deleteNotice(db: Database<Tables>, { user_id, id }: NoticeKey): Promise<void> {
  await db.deleteFrom('owner_notices').where('user_id', '=', user_id).where('id', '=', id).execute()
}
