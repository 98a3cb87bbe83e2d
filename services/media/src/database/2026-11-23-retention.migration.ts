import { type Migration, sql } from 'kysely'

/** What upkeep looks for when it keeps no more than the policies say. */
export const retention: Migration = {
  async up(db) {
    await sql`alter table uploads add column original_deleted_at timestamptz(3)`.execute(db)
    await sql`
      create index uploads_originals on uploads (published_at)
      where published_at is not null and original_deleted_at is null
        and status in ('published', 'superseded', 'withdrawn')`.execute(db)
    await sql`
      create index uploads_past on uploads (user_id, version) where status in ('superseded', 'withdrawn')`.execute(
      db,
    )
    await sql`
      create index uploads_over on uploads (closed_at)
      where status in ('discarded', 'expired', 'rejected', 'failed', 'erased')`.execute(db)
  },
}
