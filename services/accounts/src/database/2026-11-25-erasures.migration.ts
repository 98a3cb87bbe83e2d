import { type Migration, sql } from 'kysely'

/** What remains of a closed account: that it was closed, by whom and why, and how far media is. */
export const erasures: Migration = {
  async up(db) {
    await sql`
      create table erasures (
        id uuid primary key,
        user_id uuid not null,
        token_hash bytea not null check (octet_length(token_hash) = 32),
        actor_id uuid,
        reason text,
        requested_at timestamptz(3) not null default now(),
        completed_at timestamptz(3)
      )`.execute(db)
    await sql`create index erasures_open on erasures (requested_at) where completed_at is null`.execute(db)
  },
}
