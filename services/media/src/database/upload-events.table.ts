import type { UploadEventType, UploadNewsName } from '@likeness/contracts'
import type { Database } from '@likeness/runtime/database'
import type { ColumnType, Generated, Selectable } from 'kysely'
import { jsonArrayFrom } from 'kysely/helpers/postgres'
import type { Tables } from './database.js'
import { isOfSomebody, type UploadKey, type UploadRow } from './uploads.table.js'

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
  const found = await db
    .selectFrom('uploads')
    .selectAll()
    .select((query) =>
      jsonArrayFrom(
        query
          .selectFrom('upload_events')
          .select(['seq', 'type'])
          .$narrowType<{ type: NewsType }>()
          .whereRef('upload_events.user_id', '=', 'uploads.user_id')
          .whereRef('upload_id', '=', 'uploads.id')
          .where('seq', '>', after)
          .where('type', 'in', newsTypes)
          .orderBy('seq')
          .limit(limit),
      ).as('events'),
    )
    .where('user_id', '=', user_id)
    .where('id', '=', id)
    .where(isOfSomebody)
    .executeTakeFirst()
  if (!found) return undefined
  const { events, ...row } = found
  return { row, events: events.map(({ seq, type }) => ({ seq, name: news[type] })) }
}
