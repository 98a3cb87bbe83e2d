import { type Migration, sql } from 'kysely'

/** What was answered to requests that carry an Idempotency-Key, for a day. */
export const idempotencyKeys: Migration = {
  async up(db) {
    await sql`
      create table idempotency_keys (
        caller_id uuid not null,
        key text not null,
        fingerprint text not null,
        about_user_id uuid not null,
        lease uuid not null,
        leased_until timestamptz(3) not null,
        upload_id uuid,
        status smallint,
        location text,
        body text,
        created_at timestamptz(3) not null default now(),
        primary key (caller_id, key),
        check ((status is null) = (body is null)),
        check (status is null or upload_id is not null)
      )`.execute(db)
    // What an erasure looks for, and what upkeep does.
    await sql`create index idempotency_keys_about on idempotency_keys (about_user_id, upload_id)`.execute(db)
    await sql`create index idempotency_keys_old on idempotency_keys (created_at)`.execute(db)
  },
}
