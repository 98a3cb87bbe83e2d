import type { Changes, UploadEventType, UploadNewsName } from '@likeness/contracts'
import type { Database, Transaction } from '@likeness/runtime/database'
import { statement } from '@likeness/runtime/prepared'
import { type ColumnType, type Generated, type Selectable, sql } from 'kysely'
import type { Tables } from './database.js'
import { ofSomebody, type UploadKey, type UploadRow, uploadColumns } from './uploads.table.js'

/** The append-only trail of an upload: what happened, when, and who did it from where. */
export type UploadEventsTable = {
  user_id: string
  upload_id: string
  seq: ColumnType<number, never, never>
  type: UploadEventType
  at: Generated<Date>
  /** null when a job did it. */
  actor_id: string | null
  ip: string | null
  user_agent: string | null
  details: ColumnType<Record<string, unknown>, string, never>
  /**
   * What the type of the event does not say about what changed: texts, and the status before where several are
   * possible. `viewEvent` adds the rest.
   */
  changes: ColumnType<Changes | null, string | null | undefined, never>
}
export type UploadEventRow = Selectable<UploadEventsTable>

/** The whole trail of a user's uploads, in order. */
export function listEvents(db: Database<Tables>, userId: string): Promise<UploadEventRow[]> {
  return db.selectFrom('upload_events').selectAll().where('user_id', '=', userId).orderBy('seq').execute()
}

/** One upload's trail in order, after the event `after`. */
export function listTrail(
  db: Database<Tables>,
  { user_id, id }: UploadKey,
  page: { after: number; limit: number },
): Promise<UploadEventRow[]> {
  return db
    .selectFrom('upload_events')
    .selectAll()
    .where('user_id', '=', user_id)
    .where('upload_id', '=', id)
    .where('seq', '>', page.after)
    .orderBy('seq')
    .limit(page.limit)
    .execute()
}

/** Events of all uploads in order, after one and up to another. */
export function listEventsAfter(
  db: Database<Tables>,
  { after, to, limit }: { after: number; to: number; limit: number },
): Promise<UploadEventRow[]> {
  return db
    .selectFrom('upload_events')
    .selectAll()
    .where('seq', '>', after)
    .where('seq', '<=', to)
    .orderBy('seq')
    .limit(limit)
    .execute()
}

/** Takes the texts of a picture out of its trail, by the function of erasure. */
export async function eraseTexts(trx: Transaction<Tables>, { user_id, id }: UploadKey): Promise<void> {
  await sql`select erase_texts(${user_id}, ${id})`.execute(trx)
}

/** The events that followers of an upload are told, by the name they get; they are not told the others. */
const news = {
  uploaded: 'pending',
  prepared: 'preview',
  confirmed: 'confirmed',
  restored: 'confirmed',
  published: 'published',
  failed: 'failed',
  rejected: 'failed',
  discarded: 'discarded',
  expired: 'expired',
  superseded: 'superseded',
  withdrawn: 'withdrawn',
  erased: 'erased',
} as const satisfies { readonly [Type in UploadEventType]?: UploadNewsName }
type NewsType = keyof typeof news
const newsTypes = Object.keys(news) as NewsType[]

/**
 * An upload with its events after `after`, both read in one snapshot. Every event is
 * written while its upload's row is locked, so none becomes visible after one with a greater `seq`.
 */
export async function findNews(
  db: Database<Tables>,
  { user_id, id }: UploadKey,
  after: number,
  limit: number,
): Promise<{ row: UploadRow; events: { seq: number; name: UploadNewsName }[] } | undefined> {
  const [found] = await findWithNews(db, user_id, id, after, newsTypes, limit)
  if (!found) return undefined
  const { events, ...row } = found
  return { row, events: events.map(({ seq, type }) => ({ seq, name: news[type] })) }
}

const findWithNews = statement<UploadRow & { events: { seq: number; type: NewsType }[] }>(
  'find-news',
  `select ${uploadColumns('uploads')}, (
    select coalesce(json_agg(told), '[]') from (
      select seq, type from upload_events
      where upload_events.user_id = uploads.user_id and upload_id = uploads.id and seq > $3 and type = any($4::text[])
      order by seq limit $5
    ) as told
  ) as events
  from uploads where user_id = $1 and id = $2
    and ${ofSomebody}`,
)

/** What the last event of a type changed of an upload. */
export async function findLastChanges(
  trx: Transaction<Tables>,
  { user_id, id }: UploadKey,
  type: UploadEventType,
): Promise<Changes> {
  const row = await trx
    .selectFrom('upload_events')
    .select('changes')
    .where('user_id', '=', user_id)
    .where('upload_id', '=', id)
    .where('type', '=', type)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.changes ?? {}
}
