import { type Migration, sql } from 'kysely'

/** Who may still see a picture that is no longer the avatar, and from which device someone acted. */
export const holds: Migration = {
  async up(db) {
    await sql`alter table uploads add column held_at timestamptz(3)`.execute(db)
    await sql`
      update uploads set held_at = withdrawals.at from withdrawals
      where withdrawals.user_id = uploads.user_id and withdrawals.upload_id = uploads.id
        and withdrawals.actor_id <> withdrawals.user_id and uploads.status = 'withdrawn'`.execute(db)
    await sql`create index uploads_held on uploads (user_id, sha256) where held_at is not null`.execute(db)

    await sql`alter table avatars add column live_until timestamptz(3)`.execute(db)
    await sql`
      update avatars set live_until = uploads.closed_at from uploads
      where uploads.user_id = avatars.user_id and uploads.id = avatars.upload_id
        and uploads.status = 'superseded' and not avatars.live`.execute(db)

    await sql`alter table withdrawals add column ip inet, add column user_agent text`.execute(db)
    await sql`alter table upload_events add column user_agent text`.execute(db)
    await sql`drop index upload_events_by_another`.execute(db)
    await sql`
      create index upload_events_by_another on upload_events (actor_id)
      where actor_id <> user_id and (ip is not null or user_agent is not null)`.execute(db)
  },
}
