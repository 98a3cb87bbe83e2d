import type { Language } from '@likeness/contracts'
import type { Database, Transaction } from '@likeness/runtime/database'
import { newId } from '@likeness/runtime/ids'
import { type ColumnType, type Generated, type Selectable, sql } from 'kysely'
import type { Tables } from './database.js'

/** E-mails to send. The row is the outbox: it commits with the change it reports, and is worked until it is sent. */
export type MailsTable = {
  id: string
  user_id: string | null
  kind: MailKind
  recipient: string
  language: Language
  /** The values for its template; emptied once it is sent. */
  data: ColumnType<MailData, string, string>
  /** The seed of its token, derived with a key that is not in the database; deleted once it is sent. */
  token_seed: Buffer | null
  created_at: Generated<Date>
  useful_until: Date
  claimed_until: ColumnType<Date | null, never, Date | null>
  sent_at: ColumnType<Date | null, never, Date>
  failed_at: ColumnType<Date | null, never, Date>
  failure: ColumnType<string | null, never, string>
}
export type MailRow = Selectable<MailsTable>

export type MailKind =
  | 'verify-email'
  | 'change-email'
  | 'stop-email-change'
  | 'email-changed'
  | 'already-registered'
  | 'reset-password'
  | 'password-changed'
  | 'new-device'
  | 'account-closed'
  | 'avatar-withdrawn'
  | 'upload-refused'
  | 'picture-held'
  | 'avatar-failed'
  | 'webhook-paused'
  | 'webhook-disabled'
export type MailData = Readonly<Record<string, string>>

type Db = Database<Tables>
const now = sql<Date>`now()`

/** Returns the id, to enqueue once committed. @param usefulSeconds until it is given up unsent */
export async function insertMail(
  trx: Transaction<Tables>,
  mail: {
    userId: string | null
    kind: MailKind
    recipient: string
    language: Language
    data: MailData
    tokenSeed: Buffer | null
  },
  usefulSeconds: number,
): Promise<string> {
  const id = newId()
  await trx
    .insertInto('mails')
    .values({
      id,
      user_id: mail.userId,
      kind: mail.kind,
      recipient: mail.recipient,
      language: mail.language,
      data: JSON.stringify(mail.data),
      token_seed: mail.tokenSeed,
      useful_until: sql<Date>`now() + make_interval(secs => ${usefulSeconds})`,
    })
    .execute()
  return id
}

/** Claims a waiting e-mail for `seconds`; undefined when it was sent, given up or deleted, or is already claimed. */
export function claimMail(db: Db, id: string, seconds: number): Promise<MailRow | undefined> {
  return db
    .updateTable('mails')
    .set({ claimed_until: sql<Date>`now() + make_interval(secs => ${seconds})` })
    .where('id', '=', id)
    .where('sent_at', 'is', null)
    .where('failed_at', 'is', null)
    .where(sql<boolean>`coalesce(claimed_until <= now(), true)`)
    .returningAll()
    .executeTakeFirst()
}

/** Releases a claimed e-mail, to be tried again. */
export async function releaseMail(db: Db, id: string): Promise<void> {
  await db.updateTable('mails').set({ claimed_until: null }).where('id', '=', id).execute()
}

/** Removes what opens an account, and from the last e-mail to someone who left, their address. */
const withoutSecrets = {
  token_seed: null,
  data: '{}',
  recipient: sql<string>`case when user_id is null then '' else recipient end`,
}

export async function markSent(db: Db, id: string): Promise<void> {
  await db
    .updateTable('mails')
    .set({ sent_at: now, ...withoutSecrets })
    .where('id', '=', id)
    .execute()
}

/** Marks an e-mail that will never be sent. */
export async function markFailed(db: Db, id: string, failure: string): Promise<void> {
  await db
    .updateTable('mails')
    .set({ failed_at: now, failure, ...withoutSecrets })
    .where('id', '=', id)
    .execute()
}

/** E-mails that have waited unclaimed for longer than `seconds`, oldest first. */
export async function findWaitingMails(db: Db, seconds: number, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('mails')
    .select('id')
    .where('sent_at', 'is', null)
    .where('failed_at', 'is', null)
    .where('created_at', '<', sql<Date>`now() - make_interval(secs => ${seconds})`)
    .where(sql<boolean>`coalesce(claimed_until <= now(), true)`)
    .orderBy('created_at')
    .limit(limit)
    .execute()
  return rows.map((row) => row.id)
}

/** Deletes e-mails that were sent or given up more than `days` ago. */
export async function pruneMails(db: Db, days: number): Promise<number> {
  const before = sql<Date>`now() - make_interval(days => ${days})`
  const { numDeletedRows } = await db
    .deleteFrom('mails')
    .where((is) => is.or([is('sent_at', '<', before), is('failed_at', '<', before)]))
    .executeTakeFirstOrThrow()
  return Number(numDeletedRows)
}

/** The e-mails to a user that are still stored, as their export shows them. */
export function listMailsOf(db: Db, userId: string) {
  return db
    .selectFrom('mails')
    .select(['kind', 'recipient', 'language', 'created_at as createdAt', 'sent_at as sentAt'])
    .where('user_id', '=', userId)
    .orderBy('id', 'desc')
    .execute()
}
