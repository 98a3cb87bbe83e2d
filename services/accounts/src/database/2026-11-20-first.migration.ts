import { type Migration, sql } from 'kysely'

/** Users, their profiles, sessions and activity, the keys that sign tokens, and counters of attempts. */
export const first: Migration = {
  async up(db) {
    // The *_key columns hold what is compared: one account per address and name, whatever the case.
    await sql`
      create table users (
        id uuid primary key,
        username text not null,
        username_key text not null constraint users_username unique,
        email text not null,
        email_key text not null constraint users_email unique,
        email_verified_at timestamptz(3),
        password_hash text not null,
        role text not null default 'user' check (role in ('user', 'manager', 'admin')),
        group_name text not null,
        disabled_at timestamptz(3),
        created_at timestamptz(3) not null default now()
      )`.execute(db)

    await sql`
      create table profiles (
        user_id uuid primary key references users (id) on delete cascade,
        first_name text,
        last_name text,
        nickname text not null,
        bio text,
        phone_number text,
        company_name text,
        profession text,
        birth_date date,
        linkedin_url text,
        github_url text,
        is_professional boolean not null default false,
        locale text,
        discoverable boolean not null default false,
        avatar_version bigint not null default 0,
        avatar jsonb,
        updated_at timestamptz(3) not null default now(),
        check ((avatar is null) or avatar_version > 0)
      )`.execute(db)

    await sql`
      create table sessions (
        id uuid primary key,
        user_id uuid not null references users (id) on delete cascade,
        seed bytea not null check (octet_length(seed) = 32),
        generation integer not null default 0,
        rotated_at timestamptz(3),
        created_at timestamptz(3) not null default now(),
        last_used_at timestamptz(3) not null default now(),
        expires_at timestamptz(3) not null,
        last_day timestamptz(3) not null,
        ended_at timestamptz(3),
        end_reason text,
        ip text,
        user_agent text,
        check ((ended_at is null) = (end_reason is null))
      )`.execute(db)
    await sql`create index sessions_user on sessions (user_id, last_used_at desc)`.execute(db)
    await sql`create index sessions_expiring on sessions (expires_at)`.execute(db)
    await sql`create index sessions_ended on sessions (ended_at) where ended_at is not null`.execute(db)

    await sql`
      create table activities (
        id uuid primary key,
        user_id uuid references users (id) on delete cascade,
        type text not null,
        at timestamptz(3) not null default now(),
        ip text,
        user_agent text,
        details jsonb not null default '{}'
      )`.execute(db)
    await sql`create index activities_user on activities (user_id, id desc)`.execute(db)

    await sql`
      create table signing_keys (
        kid text primary key,
        public_jwk jsonb not null,
        sealed_private_key bytea not null,
        created_at timestamptz(3) not null default now(),
        signs_from timestamptz(3) not null
      )`.execute(db)

    // Unlogged: counters are written often and may be lost in a crash of the database.
    await sql`
      create unlogged table attempts (
        key bytea primary key,
        count integer not null,
        resets_at timestamptz(3) not null
      )`.execute(db)
    await sql`create index attempts_over on attempts (resets_at)`.execute(db)
  },
}
