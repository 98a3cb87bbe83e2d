import type { Database, Transaction } from '@likeness/runtime/database'
import { type Generated, type Insertable, type Selectable, sql } from 'kysely'
import type { Tables } from './database.js'

/** E-mails of a deployment without a mail server, readable at /inbox. */
export type InboxTable = {
  id: string
  at: Generated<Date>
  sender: string
  recipient: string
  subject: string
  text: string
  html: string
}
export type InboxMessage = Selectable<InboxTable>

type Db = Database<Tables>

/** Inserting the same e-mail twice leaves one row. */
export async function insertInboxMessage(db: Db, message: Insertable<InboxTable>): Promise<void> {
  await db
    .insertInto('inbox_messages')
    .values(message)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
}

/** Newest first. */
export function listInboxMessages(
  db: Db,
  recipient: string | undefined,
  limit: number,
): Promise<InboxMessage[]> {
  let query = db.selectFrom('inbox_messages').selectAll()
  if (recipient !== undefined)
    query = query.where(sql<string>`lower(recipient)`, '=', recipient.toLowerCase())
  return query.orderBy('at', 'desc').orderBy('id', 'desc').limit(limit).execute()
}

export function findInboxMessage(db: Db, id: string): Promise<InboxMessage | undefined> {
  return db.selectFrom('inbox_messages').selectAll().where('id', '=', id).executeTakeFirst()
}

/** Deletes the e-mails to an address whose owner closes their account. */
export async function deleteInboxMessages(trx: Transaction<Tables>, recipient: string): Promise<void> {
  await trx
    .deleteFrom('inbox_messages')
    .where(sql<string>`lower(recipient)`, '=', recipient.toLowerCase())
    .execute()
}

export async function pruneInboxMessages(db: Db, days: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('inbox_messages')
    .where('at', '<', sql<Date>`now() - make_interval(days => ${days})`)
    .executeTakeFirstOrThrow()
  return Number(numDeletedRows)
}
