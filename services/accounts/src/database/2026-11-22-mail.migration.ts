import { type Migration, sql } from 'kysely'

/** Mails to send, the one-time tokens they carry, and the inbox that stands in for a mail server. */
export const mail: Migration = {
  async up(db) {
    await sql`alter table users add column ghost boolean not null default false`.execute(db)
    await sql`create index users_unverified on users (created_at) where email_verified_at is null`.execute(db)

    await sql`
      create table one_time_tokens (
        hash bytea primary key check (octet_length(hash) = 32),
        user_id uuid not null references users (id) on delete cascade,
        purpose text not null,
        email text not null,
        created_at timestamptz(3) not null default now(),
        expires_at timestamptz(3) not null,
        used_at timestamptz(3)
      )`.execute(db)
    await sql`create index one_time_tokens_user on one_time_tokens (user_id, purpose)`.execute(db)
    await sql`create index one_time_tokens_expiring on one_time_tokens (expires_at)`.execute(db)

    await sql`
      create table mails (
        id uuid primary key,
        user_id uuid references users (id) on delete cascade,
        kind text not null,
        recipient text not null,
        language text not null,
        data jsonb not null,
        token_seed bytea,
        created_at timestamptz(3) not null default now(),
        useful_until timestamptz(3) not null,
        claimed_until timestamptz(3),
        sent_at timestamptz(3),
        failed_at timestamptz(3),
        failure text
      )`.execute(db)
    await sql`create index mails_waiting on mails (created_at) where sent_at is null and failed_at is null`.execute(
      db,
    )
    await sql`create index mails_user on mails (user_id)`.execute(db)

    await sql`
      create table inbox_messages (
        id uuid primary key,
        at timestamptz(3) not null default now(),
        sender text not null,
        recipient text not null,
        subject text not null,
        text text not null,
        html text not null
      )`.execute(db)

    await sql`create index activities_at on activities (at)`.execute(db)
    // Whether a device logged in before.
    await sql`create index activities_devices on activities (user_id, user_agent) where type = 'login'`.execute(
      db,
    )
  },
}
