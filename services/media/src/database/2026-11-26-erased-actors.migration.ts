import { type Migration, sql } from 'kysely'

/** What an erasure looks for: where a manager acted on another's upload. */
export const erasedActors: Migration = {
  async up(db) {
    await sql`
      create index upload_events_by_another on upload_events (actor_id) where actor_id <> user_id and ip is not null`.execute(
      db,
    )
  },
}
