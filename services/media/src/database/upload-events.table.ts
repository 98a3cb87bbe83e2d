import type { UploadEventType } from '@likeness/contracts'
import type { Database } from '@likeness/runtime'
import type { ColumnType, Generated, Selectable } from 'kysely'
import type { Tables } from './database.js'

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
  details: ColumnType<Record<string, unknown>, string, never>
}
export type UploadEventRow = Selectable<UploadEventsTable>

/** Who caused an event: a person at an address, or a job. */
export type Actor = { readonly id: string | null; readonly ip: string | null }
export const theWorker: Actor = { id: null, ip: null }

/** The whole trail of a user's uploads, in order. */
export function listEvents(db: Database<Tables>, userId: string): Promise<UploadEventRow[]> {
  return db.selectFrom('upload_events').selectAll().where('user_id', '=', userId).orderBy('seq').execute()
}

/** One upload's trail in order, after the event `after`. */
export function listTrail(
  db: Database<Tables>,
  upload: { user_id: string; id: string },
  page: { after: number; limit: number },
): Promise<UploadEventRow[]> {
  return db
    .selectFrom('upload_events')
    .selectAll()
    .where('user_id', '=', upload.user_id)
    .where('upload_id', '=', upload.id)
    .where('seq', '>', page.after)
    .orderBy('seq')
    .limit(page.limit)
    .execute()
}
