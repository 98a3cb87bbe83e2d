import { type Migration, sql } from 'kysely'

/** Users whose erasure was asked for. The row stays, so that nothing of theirs comes back later. */
export const erasure: Migration = {
  async up(db) {
    await sql`
      create table erased_users (
        user_id uuid primary key,
        asked_at timestamptz(3) not null default now(),
        erased_at timestamptz(3)
      )`.execute(db)
    await sql`create index erased_users_waiting on erased_users (asked_at) where erased_at is null`.execute(
      db,
    )
  },
}
