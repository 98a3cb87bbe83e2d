import { createTrail, redactAuditOf, redactEvents, removeEvents } from '@likeness/runtime/trail/tables'
import { createUpkeepRuns } from '@likeness/runtime/upkeep-runs'
import { type Migration, sql } from 'kysely'
import { activities } from '../activities.trail.js'

/** Users and all that belongs to them, as of the first release. */
export const first: Migration = {
  async up(db) {
    // The *_key columns hold what is compared: one account per address and name, regardless of case.
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
        created_at timestamptz(3) not null default now(),
        ghost boolean not null default false
      )`.execute(db)
    await sql`create index users_unverified on users (created_at) where email_verified_at is null`.execute(db)
    await sql`create index users_role on users (role) where role <> 'user'`.execute(db)
    // Gravatar and Libravatar identify people by these hashes.
    await sql`create index users_email_md5 on users (md5(email_key))`.execute(db)
    await sql`create index users_email_sha256 on users (encode(sha256(email_key::bytea), 'hex'))`.execute(db)

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
        custom jsonb not null default '{}',
        check ((avatar is null) or avatar_version > 0)
      )`.execute(db)

    // An ended session is kept until its tokens have expired, even when its user is erased: user_id is no foreign key.
    await sql`
      create table sessions (
        id uuid primary key,
        user_id uuid not null,
        seed bytea not null check (octet_length(seed) = 32),
        generation integer not null default 0,
        rotated_at timestamptz(3),
        created_at timestamptz(3) not null default now(),
        last_used_at timestamptz(3) not null default now(),
        expires_at timestamptz(3) not null,
        last_day timestamptz(3) not null,
        ended_at timestamptz(3),
        end_reason text,
        ip inet,
        user_agent text,
        ended_in xid8,
        check ((ended_at is null) = (end_reason is null))
      )`.execute(db)
    await sql`create index sessions_user on sessions (user_id, last_used_at desc)`.execute(db)
    await sql`create index sessions_expiring on sessions (expires_at)`.execute(db)
    await sql`create index sessions_ended on sessions (ended_at) where ended_at is not null`.execute(db)
    await sql`create index sessions_ended_in on sessions (ended_in) where ended_in is not null`.execute(db)
    // Times say when transactions began, not the order in which they commit, so each ending records its transaction.
    await sql`
      create function note_ending() returns trigger language plpgsql as $$
      begin
        new.ended_in := pg_current_xact_id();
        return new;
      end $$`.execute(db)
    await sql`
      create trigger sessions_ending before insert or update of ended_at on sessions
      for each row when (new.ended_at is not null) execute function note_ending()`.execute(db)

    await sql`
      create table activities (
        id uuid primary key,
        user_id uuid references users (id),
        type text not null,
        at timestamptz(3) not null default now(),
        ip inet,
        user_agent text,
        details jsonb not null default '{}',
        actor_id uuid,
        actor_role text,
        actor_kind text check (actor_kind in ('service', 'upkeep')),
        changes jsonb,
        seq bigint generated always as identity
      )`.execute(db)
    // What reads the activity of all in its order: sealing, verifying, and whoever takes it elsewhere.
    await sql`create unique index activities_by_seq on activities (seq)`.execute(db)
    // An erasure looks up where someone acted on others.
    await sql`create index activities_by_another on activities (actor_id) where actor_id is not null`.execute(
      db,
    )
    await sql`create index activities_user on activities (user_id, id desc)`.execute(db)
    await sql`create index activities_at on activities (at)`.execute(db)
    // Finds whether a device logged in before.
    await sql`create index activities_devices on activities (user_id, user_agent) where type = 'login'`.execute(
      db,
    )

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

    // The inbox stands in for a mail server.
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

    // The remains of a closed account: that it was closed, by whom and why, and how far media is.
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

    await createUpkeepRuns(db)

    // A UUID v7 (RFC 9562, 6.2, method 3) of this moment, for rows inserted by a statement that waited for a lock: an id
    // drawn before that would sort before what the last holder of the lock inserted.
    await sql`
      create function new_id() returns uuid language sql volatile as $$
        select (substr(hex, 1, 8) || '-' || substr(hex, 9, 4)
          || '-7' || lpad(to_hex(us % 1000 * 4096 / 1000), 3, '0') || substr(gen_random_uuid()::text, 19))::uuid
        from (select us, lpad(to_hex(us / 1000), 12, '0') as hex
          from (select (extract(epoch from clock_timestamp()) * 1000000)::bigint as us) as now) as parts
      $$`.execute(db)

    await createTrail(db, activities)

    // The two ways in which activity is removed. Each leaves an event in audit_events.
    await sql
      .raw(`
      create function prune_activities(days integer, run_by jsonb default '{}') returns bigint
      language plpgsql volatile set likeness.removal = 'retention' as $$
      declare
        the_entry bigint;
        removed bigint := 0;
        sealed bigint := 0;
        last_at timestamptz;
      begin
        perform hold_trail();
        the_entry := draw_entry();
        ${removeEvents(activities, {
          condition: 'e.at < now() - make_interval(days => days)',
          until: 'last_at',
        })}
        if removed > 0 then
          perform write_entry(the_entry, 'trail-pruned', null, null,
            jsonb_build_object('events', removed, 'sealed', sealed, 'until', last_at) || run_by);
        end if;
        return removed;
      end $$`)
      .execute(db)
    await sql
      .raw(`
      create function erase_trail(the_user uuid) returns void
      language plpgsql volatile set likeness.removal = 'erasure' as $$
      declare
        the_entry bigint;
        removed bigint := 0;
        redacted bigint := 0;
        sealed bigint := 0;
      begin
        perform hold_trail();
        the_entry := draw_entry();
        ${removeEvents(activities, { condition: 'e.user_id = the_user' })}
        ${redactEvents(activities, {
          parts: ['actor'],
          condition: 'e.actor_id = the_user and (e.ip is not null or e.user_agent is not null)',
        })}
        ${redactAuditOf('the_user')}
        delete from trail_salts where person_id = the_user;
        perform write_entry(the_entry, 'person-erased', the_user, null,
          jsonb_build_object('events', removed, 'redacted', redacted, 'sealed', sealed));
      end $$`)
      .execute(db)
  },
}
