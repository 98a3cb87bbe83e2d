import { type Migration, sql } from 'kysely'

/**
 * What managers search by. Each index ends with the id, which sorts by time, so a page is read from it without
 * sorting. The file name is searched in the trail: its rows are never updated, while a trigram index on uploads
 * would be written again at every transition.
 */
export const history: Migration = {
  async up(db) {
    await sql`create extension if not exists pg_trgm`.execute(db)
    await sql`
      update upload_events set details = details || jsonb_build_object('filename', original_filename)
      from uploads
      where uploads.user_id = upload_events.user_id and id = upload_id and type = 'uploaded'
        and original_filename is not null`.execute(db)
    await sql`create index uploads_by_status on uploads (status, id)`.execute(db)
    await sql`create index uploads_by_format on uploads (format, id)`.execute(db)
    await sql`create index upload_events_by_ip on upload_events (ip, upload_id) where ip is not null`.execute(
      db,
    )
    await sql`
      create index upload_events_by_filename on upload_events using gin ((details ->> 'filename') gin_trgm_ops)
      where type = 'uploaded'`.execute(db)
  },
}
