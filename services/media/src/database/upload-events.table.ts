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

/** Who caused an event: a person at an address, or a job. */
export type Actor = { readonly id: string | null; readonly ip: string | null }
export const theWorker: Actor = { id: null, ip: null }

/** The whole trail of a user's uploads, in order. */
export function listEvents(db: Database<Tables>, userId: string): Promise<Selectable<UploadEventsTable>[]> {
  return db.selectFrom('upload_events').selectAll().where('user_id', '=', userId).orderBy('seq').execute()
}
