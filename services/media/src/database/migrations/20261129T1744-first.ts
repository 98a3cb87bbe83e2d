import { createTrail, redactAuditOf, redactEvents, removeEvents } from '@likeness/runtime/trail/tables'
import { createUpkeepRuns } from '@likeness/runtime/upkeep-runs'
import { type Migration, sql } from 'kysely'
import { uploadEvents } from '../upload-events.trail.js'

/**
 * Uploads, their event trail, and the avatars made of them, as of the first release. Keys lead with user_id, so a
 * shard holds all of a user; an index that ends with an id, which sorts by time, gives a page without sorting.
 */
export const first: Migration = {
  async up(db) {
    // For searching file names.
    await sql`create extension if not exists pg_trgm`.execute(db)
    // Confirmations and withdrawals draw from it, so that the later decision wins everywhere.
    await sql`create sequence avatar_version as bigint`.execute(db)

    await sql`
      create table uploads (
        user_id uuid not null,
        id uuid not null,
        status text not null default 'pending',
        original_filename text,
        format text not null,
        bytes bigint not null,
        width integer not null,
        height integer not null,
        pages integer not null,
        sha256 text not null,
        thumbhash text,
        decode_kills integer not null default 0,
        rendered_ahead text,
        crop jsonb,
        alt_text text,
        version bigint,
        uploaded_at timestamptz(3) not null default now(),
        prepared_at timestamptz(3),
        confirmed_at timestamptz(3),
        rendered_at timestamptz(3),
        published_at timestamptz(3),
        expires_at timestamptz(3),
        closed_at timestamptz(3),
        failure_code text,
        failure_detail text,
        original_deleted_at timestamptz(3),
        held_at timestamptz(3),
        primary key (user_id, id)
      )`.execute(db)
    // One function, which a connection plans once: PostgreSQL reads conditions that a table names itself from their text
    // at each insert and update, which was a third of what an upload cost it.
    await sql`
      create function is_sound(u uploads) returns boolean language plpgsql immutable as $$
      begin
        return u.status in
            ('pending', 'confirmed', 'published', 'superseded', 'withdrawn', 'discarded', 'expired', 'rejected', 'failed', 'erased')
          and (u.original_filename is null or length(u.original_filename) between 1 and 255)
          and u.bytes > 0 and u.width > 0 and u.height > 0 and u.pages > 0
          and length(u.sha256) = 64 and encode(decode(u.sha256, 'hex'), 'hex') = u.sha256
          and (u.version is null) = (u.confirmed_at is null)
          and (u.status = 'pending') = (u.expires_at is not null)
          and (u.confirmed_at is not null
            or u.status not in ('confirmed', 'published', 'superseded', 'withdrawn', 'failed'));
      end $$`.execute(db)
    await sql`alter table uploads add constraint uploads_sound check (is_sound(uploads))`.execute(db)
    // Each index is written at every upload or transition that its condition matches, so each says what needs it, and
    // indexes.test.ts finds one that nothing needs.
    // An upload that a manager names by its id alone, and the owners of blobs.
    await sql`create index uploads_id on uploads (id)`.execute(db)
    // The quotas, in one look: bytes of the originals kept, and how many are pending. Making room takes the oldest of these.
    await sql`
      create index uploads_kept on uploads (user_id, status, id) include (bytes, expires_at)
      where original_deleted_at is null
        and status in ('pending', 'confirmed', 'published', 'superseded', 'withdrawn')`.execute(db)
    // The history by status, whose rows need not be read to sort them by another column; and rows whose job may have been
    // lost. Pending ones are few, and found by uploads_expiring.
    await sql`
      create index uploads_by_status on uploads (status, id) include (user_id, bytes, confirmed_at)
      where status <> 'pending'`.execute(db)
    // The history by failure. Each row that has one is over, and is written here once.
    await sql`
      create index uploads_by_failure on uploads (failure_code, id) include (user_id, bytes)
      where failure_code is not null`.execute(db)
    // The history in order of size and of confirmation, whose rows need not be read to filter them.
    await sql`
      create index uploads_by_bytes on uploads (bytes, id)
      include (user_id, status, format, failure_code, original_filename, uploaded_at)`.execute(db)
    await sql`
      create index uploads_confirmed on uploads (confirmed_at, id)
      include (user_id, status, format, failure_code, original_filename, uploaded_at)
      where confirmed_at is not null`.execute(db)
    // The history by failure in that order: what failed once confirmed is few.
    await sql`
      create index uploads_failed_confirmed on uploads (confirmed_at, id)
      include (user_id, status, format, failure_code, original_filename, uploaded_at)
      where failure_code is not null and confirmed_at is not null`.execute(db)
    // How long a confirmation took at most bounds the history of a time in this order. Empty, unless PENDING_SECONDS is more
    // than a day.
    await sql`
      create index uploads_confirmed_late on uploads ((confirmed_at - uploaded_at))
      where confirmed_at - uploaded_at > interval '25 hours'`.execute(db)
    // Ids are in the order of time. Two ids between which the planner's histogram has no bound are one row to it, so a
    // day of uploads would be gathered and sorted although the order by a value finds a page of them at once.
    await sql`alter table uploads alter column id set statistics 1000`.execute(db)
    // Upkeep: expired rows, rows whose job may have been lost, originals, versions and trails kept too long. Each finds
    // what is stale without looking at the rest.
    await sql`create index uploads_expiring on uploads (expires_at) where status = 'pending'`.execute(db)
    await sql`create index uploads_unprepared on uploads (uploaded_at) where status = 'pending' and prepared_at is null`.execute(
      db,
    )
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

    await sql`
      create table upload_events (
        user_id uuid not null,
        upload_id uuid not null,
        seq bigint generated always as identity,
        type text not null,
        at timestamptz(3) not null default now(),
        actor_id uuid,
        ip inet,
        details jsonb not null default '{}',
        user_agent text,
        changes jsonb,
        primary key (user_id, upload_id, seq),
        foreign key (user_id, upload_id) references uploads (user_id, id)
      )`.execute(db)
    // What reads the trail of all in its order: sealing, verifying, and whoever takes events elsewhere. Each insert goes
    // to its last page.
    await sql`create unique index upload_events_by_seq on upload_events (seq)`.execute(db)
    await sql`create index upload_events_by_ip on upload_events (ip, upload_id) where ip is not null`.execute(
      db,
    )
    // The history of what a manager did to others' uploads; an erasure looks them up too.
    await sql`
      create index upload_events_by_another on upload_events (actor_id, upload_id)
      where actor_id <> user_id`.execute(db)

    // What never changes of an upload, for the history: written once, while an index of uploads is written again at each
    // transition. Deleted with its upload.
    await sql`
      create table upload_facts (
        user_id uuid not null,
        id uuid not null,
        uploaded_at timestamptz(3) not null default now(),
        bytes bigint not null,
        format text not null,
        sha256 bytea not null,
        filename text,
        primary key (user_id, id)
      )`.execute(db)
    // The history in order of time. Most uploads are JPEG, and so are found along it.
    await sql`
      create index upload_facts_by_time on upload_facts (id)
      include (user_id, format, uploaded_at, filename)`.execute(db)
    await sql`
      create index upload_facts_by_format on upload_facts (format, id)
      include (user_id, bytes, uploaded_at, filename)
      where format <> 'jpeg'`.execute(db)
    // The history, and whatever is done with every upload of the same bytes.
    await sql`create index upload_facts_by_sha256 on upload_facts (sha256)`.execute(db)
    await sql`
      create index upload_facts_by_filename on upload_facts using gin (filename gin_trgm_ops)`.execute(db)
    // How many uploads a part of a name has is judged by that many names, ten times the usual.
    await sql`alter table upload_facts alter column filename set statistics 1000`.execute(db)

    await sql`
      create table avatars (
        user_id uuid not null,
        version bigint not null,
        upload_id uuid not null,
        live boolean not null,
        sizes integer[] not null,
        formats text[] not null,
        blob_prefix text not null,
        path_version bigint not null,
        created_at timestamptz(3) not null default now(),
        live_until timestamptz(3),
        text_revision integer not null default 0,
        text_told integer not null default 0,
        text_untold_since timestamptz(3),
        primary key (user_id, version),
        foreign key (user_id, upload_id) references uploads (user_id, id)
      )`.execute(db)
    await sql`create unique index avatars_live on avatars (user_id) where live`.execute(db)
    // Upkeep looks for texts that accounts may not know.
    await sql`
      create index avatars_text_untold on avatars (text_untold_since)
      where text_untold_since is not null`.execute(db)

    // Looked through for alike pictures. A table of its own: it is read whole, so its rows are narrow, and an index over
    // bits finds nothing that differs in a few (ADR 32).
    await sql`
      create table looks (
        user_id uuid not null,
        upload_id uuid not null,
        look bit(64) not null,
        primary key (user_id, upload_id)
      )`.execute(db)

    // Acts of operators against a picture. The row is the outbox: a job takes down what it lists.
    await sql`
      create table takedowns (
        id uuid primary key,
        at timestamptz(3) not null default now(),
        actor_id uuid not null,
        ip inet,
        user_agent text,
        reason text not null,
        upload_id uuid not null,
        sha256 text not null,
        alike integer,
        blocked_image_id uuid,
        seen text not null,
        finished_at timestamptz(3)
      )`.execute(db)
    await sql`create index takedowns_seen on takedowns (seen)`.execute(db)
    await sql`create index takedowns_unfinished on takedowns (at) where finished_at is null`.execute(db)
    await sql`
      create table takedown_items (
        takedown_id uuid not null references takedowns (id),
        user_id uuid not null,
        upload_id uuid not null,
        sha256 text not null,
        outcome text check (outcome in ('withdrawn', 'refused', 'held', 'left', 'gone')),
        primary key (takedown_id, user_id, upload_id)
      )`.execute(db)
    await sql`create index takedown_items_waiting on takedown_items (takedown_id, user_id) where outcome is null`.execute(
      db,
    )
    await sql`create index takedown_items_of_user on takedown_items (user_id)`.execute(db)

    // The deny-list. An entry that was lifted stays, and refuses nothing.
    await sql`
      create table blocked_images (
        id uuid primary key,
        at timestamptz(3) not null default now(),
        sha256 text not null,
        look bit(64),
        distance integer,
        reason text not null,
        actor_id uuid not null,
        takedown_id uuid not null references takedowns (id),
        lifted_at timestamptz(3),
        lifted_by uuid,
        lift_reason text,
        check ((look is null) = (distance is null))
      )`.execute(db)
    await sql`create unique index blocked_images_bytes on blocked_images (sha256) where lifted_at is null`.execute(
      db,
    )

    // What operators did to uploads, apart from withdrawals, and what failed after its owner had confirmed it, until
    // accounts knows.
    await sql`
      create table owner_notices (
        user_id uuid not null,
        id uuid not null,
        at timestamptz(3) not null default now(),
        kind text not null,
        upload_ids uuid[] not null,
        actor_id uuid,
        ip inet,
        user_agent text,
        reason text,
        by_mail boolean not null,
        webhook jsonb,
        changes jsonb,
        primary key (user_id, id)
      )`.execute(db)
    await sql`create index owner_notices_at on owner_notices (at)`.execute(db)

    await sql`
      create table withdrawals (
        user_id uuid not null,
        version bigint not null,
        upload_id uuid,
        at timestamptz(3) not null default now(),
        actor_id uuid not null,
        reason text,
        told_at timestamptz(3),
        ip inet,
        user_agent text,
        primary key (user_id, version)
      )`.execute(db)
    // Upkeep looks for withdrawals that accounts may not know.
    await sql`create index withdrawals_untold on withdrawals (at) where told_at is null`.execute(db)

    // Uploads whose bytes go straight to the storage.
    await sql`
      create table direct_uploads (
        user_id uuid not null,
        id uuid not null,
        original_filename text check (length(original_filename) between 1 and 255),
        bytes bigint not null check (bytes > 0),
        sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
        created_at timestamptz(3) not null default now(),
        expires_at timestamptz(3) not null,
        primary key (user_id, id)
      )`.execute(db)
    // Managers name one by its id alone.
    await sql`create index direct_uploads_id on direct_uploads (id)`.execute(db)
    await sql`create index direct_uploads_expiring on direct_uploads (expires_at)`.execute(db)

    // Refused uploads count towards the rate too: it bounds the work of receiving and judging them.
    await sql`
      create table refused_uploads (
        user_id uuid not null,
        id uuid not null,
        at timestamptz(3) not null default now(),
        code text not null,
        refused_at timestamptz(3) not null default now(),
        counted boolean not null default false,
        primary key (user_id, id)
      )`.execute(db)
    await sql`create index refused_uploads_old on refused_uploads (refused_at)`.execute(db)
    await sql`create index refused_uploads_uncounted on refused_uploads (refused_at) where not counted`.execute(
      db,
    )

    // What happened, summed by hour, day and month. Upkeep adds the events since the last time. The summary has, in place
    // of the bins of a histogram, the two that half and 95 of 100 durations stay under.
    await sql`
      create function stats_summary(counters jsonb) returns jsonb language sql immutable as $$
        with bins as (
          select left(key, 1) as kind, substr(key, 3)::integer as bin, value::numeric as n
          from jsonb_each(counters) where key like '_:%'
        ), running as (
          select kind, bin, sum(n) over (partition by kind order by bin) as passed, sum(n) over (partition by kind) as total
          from bins
        ), found as (
          select kind || share as name, min(bin) as bin
          from running cross join unnest(array[50, 95]) as share
          where passed >= share * total / 100.0 group by 1
        )
        select coalesce((select jsonb_object_agg(key, value) from jsonb_each(counters) where key not like '_:%'), '{}')
          || coalesce((select jsonb_object_agg(name, bin) from found), '{}')
      $$`.execute(db)
    await sql`
      create table stats (
        unit text not null check (unit in ('hour', 'day', 'month')),
        at timestamptz(0) not null,
        counters jsonb not null,
        summary jsonb not null generated always as (stats_summary(counters)) stored,
        primary key (unit, at)
      )`.execute(db)
    await sql`
      create table stats_state (
        single boolean primary key default true check (single),
        last_seq bigint not null default 0,
        rolled_up_at timestamptz(3),
        kept_uploads bigint,
        kept_bytes bigint,
        kept_at timestamptz(3)
      )`.execute(db)
    // The row there is: whoever rolls up locks it, the first time too.
    await sql`insert into stats_state default values`.execute(db)

    // Why work waits: written only when a run of a job fails.
    await sql`
      create table failed_runs (
        step text not null,
        key text not null,
        user_id uuid not null,
        cause text not null,
        attempts integer not null default 1,
        last_at timestamptz(3) not null default now(),
        primary key (step, key)
      )`.execute(db)
    await sql`create index failed_runs_user on failed_runs (user_id)`.execute(db)
    await sql`create index failed_runs_old on failed_runs (last_at)`.execute(db)

    // The row of an erased user stays, so that nothing of theirs comes back later.
    await sql`
      create table erased_users (
        user_id uuid primary key,
        asked_at timestamptz(3) not null default now(),
        erased_at timestamptz(3)
      )`.execute(db)
    // PostgreSQL takes an empty table that was never analysed for ten full pages, and would read all uploads rather than
    // look each owner of a page of the history up in it.
    await sql`analyze erased_users`.execute(db)
    await sql`create index erased_users_asked on erased_users (asked_at)`.execute(db)

    // Who came with a token of another login. Those of accounts have the id that it gives them.
    await sql`
      create table people (
        id uuid primary key,
        issuer text not null,
        subject text not null,
        email text,
        name text,
        locale text,
        first_seen_at timestamptz(3) not null default now(),
        sessions_ended_at timestamptz(3),
        unique (issuer, subject)
      )`.execute(db)
    // Every process looks for those that ended within the last minutes.
    await sql`
      create index people_ended on people (sessions_ended_at)
      where sessions_ended_at is not null`.execute(db)
    await sql`
      create table left_people (
        who bytea primary key,
        left_at timestamptz(3) not null default now()
      )`.execute(db)
    await sql`create index left_people_old on left_people (left_at)`.execute(db)

    // The picture that a person's login showed of them when they first came. A row waits until it is imported, or stays
    // with the reason why it could not be.
    await sql`
      create table picture_imports (
        user_id uuid primary key,
        url text not null,
        asked_at timestamptz(3) not null default now(),
        attempts integer not null default 0,
        next_at timestamptz(3) not null default date_trunc('milliseconds', now()),
        ended_at timestamptz(3),
        failure text,
        check ((ended_at is null) = (failure is null))
      )`.execute(db)
    await sql`create index picture_imports_due on picture_imports (next_at) where ended_at is null`.execute(
      db,
    )
    await sql`create index picture_imports_ended on picture_imports (ended_at) where ended_at is not null`.execute(
      db,
    )

    await sql`
      create table service_keys (
        id uuid primary key,
        prefix text not null,
        hash bytea not null unique,
        name text not null,
        scopes text[] not null,
        created_at timestamptz(3) not null default now(),
        created_by uuid,
        expires_at timestamptz(3) not null,
        last_used_at timestamptz(3),
        revoked_at timestamptz(3)
      )`.execute(db)

    // The answers to requests that carry an Idempotency-Key, kept for a day.
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
    // An erasure uses the first, upkeep the second.
    await sql`create index idempotency_keys_about on idempotency_keys (about_user_id, upload_id)`.execute(db)
    await sql`create index idempotency_keys_old on idempotency_keys (created_at)`.execute(db)

    // Who is told what happens, and with which secrets the requests are signed: two of them during a rotation.
    await sql`
      create table webhook_endpoints (
        id uuid primary key,
        url text not null,
        description text not null,
        events text[],
        state text not null default 'enabled' check (state in ('enabled', 'paused', 'disabled')),
        reason text check (reason in ('failing', 'gone', 'asked')),
        state_at timestamptz(3) not null default now(),
        failing_since timestamptz(3),
        created_by uuid,
        created_at timestamptz(3) not null default now(),
        check ((state = 'enabled') = (reason is null))
      )`.execute(db)
    await sql`
      create table webhook_secrets (
        endpoint_id uuid not null references webhook_endpoints (id) on delete cascade,
        id uuid not null,
        public_key text not null,
        sealed bytea not null,
        valid_until timestamptz(3),
        primary key (endpoint_id, id)
      )`.execute(db)
    // What webhooks are told: made from upload_events up to the cursor, and by erasures. Each delivery is the outbox of
    // one event to one endpoint.
    await sql`
      create table webhook_events (
        id uuid primary key,
        seq bigint unique,
        type text not null,
        user_id uuid not null,
        at timestamptz(3) not null,
        data jsonb not null
      )`.execute(db)
    await sql`create index webhook_events_of_user on webhook_events (user_id)`.execute(db)
    await sql`create index webhook_events_at on webhook_events (at)`.execute(db)
    await sql`
      create table webhook_deliveries (
        endpoint_id uuid not null references webhook_endpoints (id) on delete cascade,
        event_id uuid not null references webhook_events (id) on delete cascade,
        state text not null default 'waiting' check (state in ('waiting', 'delivered', 'failed')),
        attempts integer not null default 0,
        is_replay boolean not null default false,
        next_at timestamptz(3) default now(),
        last_at timestamptz(3),
        last_ms integer,
        last_status integer,
        last_fault text,
        last_answer text,
        delivered_at timestamptz(3),
        primary key (endpoint_id, event_id),
        check ((state = 'waiting') = (next_at is not null))
      )`.execute(db)
    await sql`create index webhook_deliveries_of_event on webhook_deliveries (event_id)`.execute(db)
    await sql`
      create index webhook_deliveries_due on webhook_deliveries (endpoint_id, next_at)
      where state = 'waiting'`.execute(db)
    await sql`
      create index webhook_deliveries_failed on webhook_deliveries (endpoint_id) where state = 'failed'`.execute(
      db,
    )
    await sql`
      create table webhook_cursor (
        single boolean primary key default true check (single),
        last_seq bigint not null default 0
      )`.execute(db)
    await sql`insert into webhook_cursor default values`.execute(db)

    await createUpkeepRuns(db)

    // Serialises what must be counted or ordered per user, until the transaction ends.
    await sql`
      create function lock_user(the_user uuid) returns void language sql volatile as $$
        select pg_advisory_xact_lock(hashtextextended(the_user::text, 0))
      $$`.execute(db)

    // The same for a call that shares its statement with those of other users, none of whom it may make wait. Returns
    // whether the user is locked.
    await sql`
      create function lock_user(the_user uuid, waits boolean) returns boolean language plpgsql volatile as $$
      begin
        if not waits then return pg_try_advisory_xact_lock(hashtextextended(the_user::text, 0)); end if;
        perform lock_user(the_user);
        return true;
      end $$`.execute(db)

    // What a user has that counts towards their limits. Part of the statement that calls it, so counts what that one sees.
    await sql`
      create function count_open(owner uuid, since uuid)
      returns table (erased boolean, pending bigint, stored bigint, recent bigint, first timestamptz)
      language sql stable as $$
        select
          exists(select from erased_users e where e.user_id = owner),
          count(*) filter (where u.expires_at > now()), coalesce(sum(u.bytes), 0)::bigint, count(u.made), min(u.made)
        from (
          select u.bytes, u.expires_at, null::timestamptz as made
          from uploads u where u.user_id = owner and u.original_deleted_at is null
            and u.status in ('pending', 'confirmed', 'published', 'superseded', 'withdrawn')
          union all
          select case when d.expires_at > now() then d.bytes end, d.expires_at,
            case when d.id >= since then d.created_at end
          from direct_uploads d where d.user_id = owner
          union all
          select null, null, u.uploaded_at from uploads u where u.user_id = owner and u.id >= since
          union all
          select null, null, r.at from refused_uploads r where r.user_id = owner and r.id >= since
        ) as u
      $$`.execute(db)

    // Locks a user and counts what they have, in one call: each statement of a volatile function sees what was committed
    // before it began (PostgreSQL, Function Volatility Categories), so the count includes what the last holder of the lock
    // committed. A plain statement may miss it, because its snapshot is older than the lock.
    await sql`
      create function open_uploads(owner uuid, since uuid)
      returns table (erased boolean, pending bigint, stored bigint, recent bigint, first timestamptz)
      language plpgsql volatile as $$
      begin
        perform lock_user(owner);
        return query select * from count_open(owner, since);
      end $$`.execute(db)

    // Stages an upload with its event if the user may have one more, and ties it to the idempotency key that claimed its
    // id, if one did. Returns no row when there is no room or the bytes are on the deny-list; is_lost: the key is another
    // run's by now. It has a lock and counts as above.
    await sql`
      create function stage_upload(
        the_user uuid, since uuid, the_upload uuid, the_name text, the_format text, the_bytes bigint,
        the_width integer, the_height integer, the_pages integer, the_sha256 text, kept_seconds integer,
        most_pending bigint, most_recent bigint, most_stored bigint,
        the_actor uuid, the_ip inet, the_agent text, claimed_by uuid, claimed_key text, waits boolean)
      returns table (busy boolean, is_lost boolean, uploaded_at timestamptz, expires_at timestamptz)
      language plpgsql volatile as $$
      declare
        had record;
      begin
        is_lost := false;
        busy := not lock_user(the_user, waits);
        if busy then return next; return; end if;

        select * into had from count_open(the_user, since);
        if had.erased or had.pending >= most_pending or had.recent >= most_recent
          or had.stored + the_bytes > most_stored
          or exists (select from blocked_images b where b.sha256 = the_sha256 and b.lifted_at is null)
        then return; end if;

        if claimed_key is not null then
          if not waits then
            perform from idempotency_keys
            where caller_id = claimed_by and key = claimed_key for no key update skip locked;
            busy := not found;
            if busy then return next; return; end if;
          end if;
          update idempotency_keys set upload_id = lease
          where caller_id = claimed_by and key = claimed_key and lease = the_upload and status is null;
          is_lost := not found;
          if is_lost then return next; return; end if;
        end if;
        insert into uploads as u
          (user_id, id, original_filename, format, bytes, width, height, pages, sha256, expires_at)
        values (the_user, the_upload, the_name, the_format, the_bytes, the_width, the_height, the_pages, the_sha256,
          now() + make_interval(secs => kept_seconds))
        returning u.uploaded_at, u.expires_at into uploaded_at, expires_at;
        insert into upload_facts (user_id, id, bytes, format, sha256, filename)
        values (the_user, the_upload, the_bytes, the_format, decode(the_sha256, 'hex'), the_name);
        insert into upload_events (user_id, upload_id, type, actor_id, ip, user_agent, details)
        values (the_user, the_upload, 'uploaded', the_actor, the_ip, the_agent,
          jsonb_build_object('filename', the_name));
        return next;
      end $$`.execute(db)

    // The functions of a publication, which database/upload-transitions.ts names. Each transition in them is one
    // conditional update and its event. Being volatile, each of their statements sees what the last holder of the user's
    // lock committed, as above.
    // The newest version that decided what a user shows: the live avatar's or a withdrawal's; 0 before any.
    await sql`
      create function newest_decision(the_user uuid) returns bigint language sql stable as $$
        select coalesce(greatest(
          (select version from avatars where user_id = the_user and live),
          (select max(version) from withdrawals where user_id = the_user)), 0)
      $$`.execute(db)

    // published → superseded by a later decision: another picture, or none. Returns whether it was published.
    await sql`
      create function supersede(the_user uuid, the_upload uuid, later bigint)
      returns boolean language plpgsql volatile as $$
      begin
        with changed as (
          update uploads set status = 'superseded', closed_at = now()
          where user_id = the_user and id = the_upload and status = 'published'
          returning user_id, id, version
        )
        insert into upload_events (user_id, upload_id, type, details)
        select user_id, id, 'superseded', jsonb_build_object('by', later, 'version', version) from changed;
        return found;
      end $$`.execute(db)

    // confirmed: the variants are stored under the prefix. The version becomes the avatar unless a later decision was
    // made, and the avatar before it is superseded. Returns no row if it was rendered before or is confirmed no more.
    await sql`
      create function show_rendered(
        the_user uuid, the_upload uuid, prefix text, made_sizes integer[], made_formats text[])
      returns table (is_live boolean, superseded_id uuid, ahead text)
      language plpgsql volatile as $$
      declare
        decided bigint;
        former uuid;
      begin
        perform lock_user(the_user);
        with changed as (
          update uploads set rendered_at = now()
          where user_id = the_user and id = the_upload and status = 'confirmed' and rendered_at is null
          returning user_id, id, version
        )
        insert into upload_events (user_id, upload_id, type, details)
        select user_id, id, 'rendered', jsonb_build_object('version', version) from changed;
        if not found then return; end if;

        select version, rendered_ahead into decided, ahead from uploads where user_id = the_user and id = the_upload;
        is_live := newest_decision(the_user) < decided;
        if is_live then
          update avatars set live = false, live_until = now() where user_id = the_user and live
          returning upload_id into former;
          if former is not null and supersede(the_user, former, decided) then superseded_id := former; end if;
        end if;
        insert into avatars (user_id, version, upload_id, live, sizes, formats, blob_prefix, path_version)
        values (the_user, decided, the_upload, is_live, made_sizes, made_formats, prefix, decided);
        return next;
      end $$`.execute(db)

    // pending → confirmed, drawing the version that orders this user's confirmations. Returns no row if it has expired, if
    // the hash differs, or if the crop is not within the picture. If its variants were rendered ahead by this recipe, they
    // are shown at once; is_live is null if they were not.
    await sql`
      create function confirm_upload(
        the_user uuid, the_upload uuid, chosen_crop jsonb, chosen_text text, expected_sha256 text,
        the_actor uuid, the_ip inet, the_agent text,
        recipe text, prefix text, made_sizes integer[], made_formats text[], waits boolean)
      returns table (busy boolean, changed uploads, is_live boolean, superseded_id uuid)
      language plpgsql volatile as $$
      begin
        busy := not lock_user(the_user, waits);
        if busy then return next; return; end if;
        -- Locked before its version is drawn: an update that waits for another's computes what it sets a second time. Found
        -- by its key alone: among conditions on status and time a planner without statistics walks all pending uploads.
        if waits then
          select u.* into changed from uploads u where u.user_id = the_user and u.id = the_upload for no key update;
        else
          select u.* into changed from uploads u where u.user_id = the_user and u.id = the_upload
          for no key update skip locked;
          busy := not found;
          if busy then return next; return; end if;
        end if;
        if changed.id is null or changed.status <> 'pending' or changed.expires_at <= now()
          or exists (select from erased_users e where e.user_id = the_user)
          or changed.sha256 <> expected_sha256
          or (chosen_crop ->> 'x')::bigint + (chosen_crop ->> 'width')::bigint > changed.width
          or (chosen_crop ->> 'y')::bigint + (chosen_crop ->> 'height')::bigint > changed.height
        then return; end if;

        update uploads
        set status = 'confirmed', confirmed_at = now(), expires_at = null, version = nextval('avatar_version'),
          crop = chosen_crop, alt_text = chosen_text
        where user_id = the_user and id = the_upload
        returning uploads.* into changed;
        insert into upload_events (user_id, upload_id, type, actor_id, ip, user_agent, details, changes)
        values (the_user, the_upload, 'confirmed', the_actor, the_ip, the_agent,
          jsonb_strip_nulls(jsonb_build_object('crop', chosen_crop, 'version', changed.version)),
          case when chosen_text is not null then
            jsonb_build_object('altText', jsonb_build_object('before', null, 'after', chosen_text)) end);

        if changed.rendered_ahead = recipe then
          select shown.is_live, shown.superseded_id into is_live, superseded_id
          from show_rendered(the_user, the_upload, prefix, made_sizes, made_formats) shown;
          select u.* into changed from uploads u where u.user_id = the_user and u.id = the_upload;
        end if;
        return next;
      end $$`.execute(db)

    // confirmed → published: the profile shows this version, or a newer one was there first, which then supersedes it.
    // Returns no row if it is not this version any more, or confirmed no more.
    await sql`
      create function publish_upload(the_user uuid, the_upload uuid, decided bigint, waits boolean)
      returns table (busy boolean, changed uploads, has_untold_text boolean)
      language plpgsql volatile as $$
      declare
        newest bigint;
      begin
        busy := not lock_user(the_user, waits);
        if busy then return next; return; end if;
        with published as (
          update uploads set status = 'published', published_at = now()
          where user_id = the_user and id = the_upload and status = 'confirmed'
            and rendered_at is not null and version = decided
          returning user_id, id, version
        )
        insert into upload_events (user_id, upload_id, type, details)
        select user_id, id, 'published', jsonb_build_object('version', version) from published;
        if not found then return; end if;

        newest := newest_decision(the_user);
        if newest <> decided then perform supersede(the_user, the_upload, newest); end if;
        select u.* into changed from uploads u where u.user_id = the_user and u.id = the_upload;
        has_untold_text := exists (
          select from avatars a
          where a.user_id = the_user and a.version = decided and a.text_untold_since is not null);
        return next;
      end $$`.execute(db)

    await createTrail(db, uploadEvents)

    // The three ways in which something leaves the trail of uploads: the row and trail of an upload without a picture,
    // the texts of a picture that is erased, and all that is a person's. Each leaves an event in audit_events.
    await sql
      .raw(`
      create function prune_trails(days integer, most integer, run_by jsonb default '{}') returns bigint
      language plpgsql volatile set likeness.removal = 'retention' as $$
      declare
        old uploads[];
        the_entry bigint;
        removed bigint := 0;
        sealed bigint := 0;
      begin
        perform hold_trail();
        old := array(
          select u from uploads u
          where status in ('discarded', 'expired', 'rejected', 'failed', 'erased')
            and closed_at <= now() - make_interval(days => days)
          order by closed_at limit most for update skip locked);
        if cardinality(old) = 0 then return 0; end if;
        the_entry := draw_entry();
        -- A picture that failed after it was rendered has variants; their files are garbage now.
        delete from avatars using unnest(old) u where avatars.user_id = u.user_id and avatars.upload_id = u.id;
        delete from looks using unnest(old) u where looks.user_id = u.user_id and looks.upload_id = u.id;
        delete from upload_facts using unnest(old) u where upload_facts.user_id = u.user_id and upload_facts.id = u.id;
        ${removeEvents(uploadEvents, {
          condition: `(e.user_id, e.upload_id) in (select u.user_id, u.id from unnest(old) u)`,
        })}
        delete from uploads using unnest(old) u where uploads.user_id = u.user_id and uploads.id = u.id;
        perform write_entry(the_entry, 'trail-pruned', null, null, jsonb_build_object(
          'uploads', cardinality(old), 'events', removed, 'sealed', sealed,
          'until', (select max(u.closed_at) from unnest(old) u)) || run_by);
        return cardinality(old);
      end $$`)
      .execute(db)
    await sql
      .raw(`
      create function erase_texts(the_user uuid, the_upload uuid) returns void
      language plpgsql volatile set likeness.removal = 'erasure' as $$
      declare
        the_entry bigint;
        redacted bigint := 0;
        sealed bigint := 0;
      begin
        perform hold_trail();
        if not exists (select from upload_events e
          where e.user_id = the_user and e.upload_id = the_upload and e.changes ? 'altText') then return; end if;
        the_entry := draw_entry();
        ${redactEvents(uploadEvents, {
          parts: ['changes'],
          condition: `e.user_id = the_user and e.upload_id = the_upload and e.changes ? 'altText'`,
        })}
        perform write_entry(the_entry, 'text-erased', the_user, the_upload,
          jsonb_build_object('redacted', redacted, 'sealed', sealed));
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
        ${removeEvents(uploadEvents, { condition: 'e.user_id = the_user' })}
        ${redactEvents(uploadEvents, {
          parts: ['actor'],
          condition: `e.actor_id = the_user and e.actor_id <> e.user_id and (e.ip is not null or e.user_agent is not null)`,
        })}
        ${redactAuditOf('the_user')}
        delete from trail_salts where person_id = the_user;
        -- The job may run again when it is done.
        if removed + redacted > 0 or not exists (
          select from audit_events where user_id = the_user and action = 'person-erased') then
          perform write_entry(the_entry, 'person-erased', the_user, null,
            jsonb_build_object('events', removed, 'redacted', redacted, 'sealed', sealed));
        end if;
      end $$`)
      .execute(db)
  },
}
