import { type Migration, sql } from 'kysely'

/** Versions that come back, go away and are erased. */
export const versions: Migration = {
  async up(db) {
    await sql`
      alter table uploads drop constraint uploads_status_check,
      add constraint uploads_status_check check (status in
        ('pending', 'confirmed', 'published', 'superseded', 'withdrawn', 'discarded', 'expired', 'rejected', 'failed', 'erased'))`.execute(
      db,
    )
    // A withdrawal draws a version like a picture does, so the later of the two wins everywhere.
    await sql`
      create table withdrawals (
        user_id uuid not null,
        version bigint not null,
        upload_id uuid,
        at timestamptz(3) not null default now(),
        actor_id uuid not null,
        reason text,
        told_at timestamptz(3),
        primary key (user_id, version)
      )`.execute(db)
    // What upkeep looks for: withdrawals accounts may not know.
    await sql`create index withdrawals_untold on withdrawals (at) where told_at is null`.execute(db)
  },
}
