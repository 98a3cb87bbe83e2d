create table activities (
  id uuid not null,
  user_id uuid,
  type text not null,
  at timestamp(3) with time zone not null default now(),
  ip inet,
  user_agent text,
  details jsonb not null default '{}'::jsonb,
  actor_id uuid,
  actor_role text,
  actor_kind text,
  changes jsonb,
  seq bigint not null,
  constraint activities_actor_kind_check CHECK ((actor_kind = ANY (ARRAY['service'::text, 'upkeep'::text]))),
  constraint activities_pkey PRIMARY KEY (id),
  constraint activities_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
);
CREATE INDEX activities_at ON public.activities USING btree (at);
CREATE INDEX activities_by_another ON public.activities USING btree (actor_id) WHERE (actor_id IS NOT NULL);
CREATE UNIQUE INDEX activities_by_seq ON public.activities USING btree (seq);
CREATE INDEX activities_devices ON public.activities USING btree (user_id, user_agent) WHERE (type = 'login'::text);
CREATE INDEX activities_user ON public.activities USING btree (user_id, id DESC);
CREATE TRIGGER activities_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.activities FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

create table attempts (
  key bytea not null,
  count integer not null,
  resets_at timestamp(3) with time zone not null,
  constraint attempts_pkey PRIMARY KEY (key)
);
CREATE INDEX attempts_over ON public.attempts USING btree (resets_at);

create table audit_events (
  seq bigint not null,
  at timestamp(3) with time zone not null default now(),
  action text not null,
  actor_kind text not null,
  actor_id uuid,
  actor_role text,
  user_id uuid,
  upload_id uuid,
  ip inet,
  user_agent text,
  outcome text not null,
  problem text,
  changes jsonb,
  details jsonb not null default '{}'::jsonb,
  constraint audit_events_actor_kind_check CHECK ((actor_kind = ANY (ARRAY['person'::text, 'service'::text, 'upkeep'::text]))),
  constraint audit_events_check CHECK (((actor_kind = 'person'::text) = (actor_id IS NOT NULL))),
  constraint audit_events_check1 CHECK (((outcome = 'refused'::text) = (problem IS NOT NULL))),
  constraint audit_events_outcome_check CHECK ((outcome = ANY (ARRAY['done'::text, 'refused'::text]))),
  constraint audit_events_pkey PRIMARY KEY (seq)
);
CREATE INDEX audit_events_at ON public.audit_events USING btree (at);
CREATE INDEX audit_events_by_action ON public.audit_events USING btree (action, seq);
CREATE INDEX audit_events_by_actor ON public.audit_events USING btree (actor_id, seq) WHERE (actor_id IS NOT NULL);
CREATE INDEX audit_events_by_user ON public.audit_events USING btree (user_id, seq) WHERE (user_id IS NOT NULL);
CREATE TRIGGER audit_events_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

create table drained (
  source text not null,
  last_seq bigint not null,
  at timestamp(3) with time zone not null default now(),
  constraint drained_pkey PRIMARY KEY (source)
);

create table erasures (
  id uuid not null,
  user_id uuid not null,
  token_hash bytea not null,
  actor_id uuid,
  reason text,
  requested_at timestamp(3) with time zone not null default now(),
  completed_at timestamp(3) with time zone,
  constraint erasures_pkey PRIMARY KEY (id),
  constraint erasures_token_hash_check CHECK ((octet_length(token_hash) = 32))
);
CREATE INDEX erasures_open ON public.erasures USING btree (requested_at) WHERE (completed_at IS NULL);

create table inbox_messages (
  id uuid not null,
  at timestamp(3) with time zone not null default now(),
  sender text not null,
  recipient text not null,
  subject text not null,
  text text not null,
  html text not null,
  constraint inbox_messages_pkey PRIMARY KEY (id)
);

create table mails (
  id uuid not null,
  user_id uuid,
  kind text not null,
  recipient text not null,
  language text not null,
  data jsonb not null,
  token_seed bytea,
  created_at timestamp(3) with time zone not null default now(),
  useful_until timestamp(3) with time zone not null,
  claimed_until timestamp(3) with time zone,
  sent_at timestamp(3) with time zone,
  failed_at timestamp(3) with time zone,
  failure text,
  constraint mails_pkey PRIMARY KEY (id),
  constraint mails_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);
CREATE INDEX mails_user ON public.mails USING btree (user_id);
CREATE INDEX mails_waiting ON public.mails USING btree (created_at) WHERE ((sent_at IS NULL) AND (failed_at IS NULL));

create table one_time_tokens (
  hash bytea not null,
  user_id uuid not null,
  purpose text not null,
  email text not null,
  created_at timestamp(3) with time zone not null default now(),
  expires_at timestamp(3) with time zone not null,
  used_at timestamp(3) with time zone,
  constraint one_time_tokens_hash_check CHECK ((octet_length(hash) = 32)),
  constraint one_time_tokens_pkey PRIMARY KEY (hash),
  constraint one_time_tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);
CREATE INDEX one_time_tokens_expiring ON public.one_time_tokens USING btree (expires_at);
CREATE INDEX one_time_tokens_user ON public.one_time_tokens USING btree (user_id, purpose);

create table profiles (
  user_id uuid not null,
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
  updated_at timestamp(3) with time zone not null default now(),
  custom jsonb not null default '{}'::jsonb,
  constraint profiles_check CHECK (((avatar IS NULL) OR (avatar_version > 0))),
  constraint profiles_pkey PRIMARY KEY (user_id),
  constraint profiles_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);

create table removed_events (
  source text not null,
  seq bigint not null,
  entry bigint not null,
  gone boolean not null,
  actor_mark bytea,
  details_mark bytea,
  changes_mark bytea,
  constraint removed_events_check CHECK ((gone = (COALESCE(actor_mark, details_mark, changes_mark) IS NULL)))
);
CREATE INDEX removed_events_by_entry ON public.removed_events USING btree (entry);
CREATE INDEX removed_events_by_source ON public.removed_events USING btree (source, seq);
CREATE TRIGGER removed_events_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.removed_events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

create table sessions (
  id uuid not null,
  user_id uuid not null,
  seed bytea not null,
  generation integer not null default 0,
  rotated_at timestamp(3) with time zone,
  created_at timestamp(3) with time zone not null default now(),
  last_used_at timestamp(3) with time zone not null default now(),
  expires_at timestamp(3) with time zone not null,
  last_day timestamp(3) with time zone not null,
  ended_at timestamp(3) with time zone,
  end_reason text,
  ip inet,
  user_agent text,
  ended_in xid8,
  constraint sessions_check CHECK (((ended_at IS NULL) = (end_reason IS NULL))),
  constraint sessions_pkey PRIMARY KEY (id),
  constraint sessions_seed_check CHECK ((octet_length(seed) = 32))
);
CREATE INDEX sessions_ended ON public.sessions USING btree (ended_at) WHERE (ended_at IS NOT NULL);
CREATE INDEX sessions_ended_in ON public.sessions USING btree (ended_in) WHERE (ended_in IS NOT NULL);
CREATE INDEX sessions_expiring ON public.sessions USING btree (expires_at);
CREATE INDEX sessions_user ON public.sessions USING btree (user_id, last_used_at DESC);
CREATE TRIGGER sessions_ending BEFORE INSERT OR UPDATE OF ended_at ON public.sessions FOR EACH ROW WHEN ((new.ended_at IS NOT NULL)) EXECUTE FUNCTION note_ending();

create table signing_keys (
  kid text not null,
  public_jwk jsonb not null,
  sealed_private_key bytea not null,
  created_at timestamp(3) with time zone not null default now(),
  signs_from timestamp(3) with time zone not null,
  constraint signing_keys_pkey PRIMARY KEY (kid)
);

create table trail_salts (
  person_id uuid not null,
  salt bytea not null,
  constraint trail_salts_pkey PRIMARY KEY (person_id)
);

create table trail_seals (
  number bigint not null,
  source text not null,
  first_seq bigint not null,
  last_seq bigint not null,
  events integer not null,
  marks bytea not null,
  previous bytea not null,
  seal bytea not null,
  at timestamp(3) with time zone not null default now(),
  constraint trail_seals_check CHECK ((first_seq <= last_seq)),
  constraint trail_seals_pkey PRIMARY KEY (number)
);
CREATE UNIQUE INDEX trail_seals_by_source ON public.trail_seals USING btree (source, last_seq);
CREATE TRIGGER trail_seals_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.trail_seals FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

create table trail_verifications (
  id uuid not null,
  started_at timestamp(3) with time zone not null default now(),
  ended_at timestamp(3) with time zone not null,
  seals bigint not null,
  events bigint not null,
  last_number bigint not null,
  fault jsonb,
  constraint trail_verifications_pkey PRIMARY KEY (id)
);

create table upkeep_runs (
  id uuid not null,
  task text not null,
  started_by text not null,
  actor_id uuid,
  dry_run boolean not null,
  status text not null,
  asked_at timestamp(3) with time zone not null default now(),
  started_at timestamp(3) with time zone,
  finished_at timestamp(3) with time zone,
  result jsonb,
  error text,
  idle boolean not null default false,
  constraint upkeep_runs_pkey PRIMARY KEY (id),
  constraint upkeep_runs_started_by_check CHECK ((started_by = ANY (ARRAY['schedule'::text, 'cli'::text, 'http'::text]))),
  constraint upkeep_runs_status_check CHECK ((status = ANY (ARRAY['waiting'::text, 'running'::text, 'done'::text, 'partly'::text, 'failed'::text, 'killed'::text, 'skipped'::text])))
);
CREATE INDEX upkeep_runs_task ON public.upkeep_runs USING btree (task, id);

create table users (
  id uuid not null,
  username text not null,
  username_key text not null,
  email text not null,
  email_key text not null,
  email_verified_at timestamp(3) with time zone,
  password_hash text not null,
  role text not null default 'user'::text,
  group_name text not null,
  disabled_at timestamp(3) with time zone,
  created_at timestamp(3) with time zone not null default now(),
  ghost boolean not null default false,
  constraint users_email UNIQUE (email_key),
  constraint users_pkey PRIMARY KEY (id),
  constraint users_role_check CHECK ((role = ANY (ARRAY['user'::text, 'manager'::text, 'admin'::text]))),
  constraint users_username UNIQUE (username_key)
);
CREATE INDEX users_email_md5 ON public.users USING btree (md5(email_key));
CREATE INDEX users_email_sha256 ON public.users USING btree (encode(sha256((email_key)::bytea), 'hex'::text));
CREATE INDEX users_role ON public.users USING btree (role) WHERE (role <> 'user'::text);
CREATE INDEX users_unverified ON public.users USING btree (created_at) WHERE (email_verified_at IS NULL);

create sequence activities_seq_seq;

create sequence audit_events_seq_seq;

CREATE OR REPLACE FUNCTION public.draw_entry()
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
    begin
      lock table audit_events in row exclusive mode;
      return nextval(pg_get_serial_sequence('audit_events', 'seq'));
    end $function$;

CREATE OR REPLACE FUNCTION public.erase_trail(the_user uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET "likeness.removal" TO 'erasure'
AS $function$
      declare
        the_entry bigint;
        removed bigint := 0;
        redacted bigint := 0;
        sealed bigint := 0;
      begin
        perform hold_trail();
        the_entry := draw_entry();
        
        with gone as (
          delete from activities e where e.user_id = the_user returning e.seq, e.at
        ), noted as (
          insert into removed_events (source, seq, entry, gone)
          select 'activities', gone.seq, the_entry, true from gone where gone.seq <= (select sealed_to('activities'))
          returning 1
        )
        select removed + (select count(*) from gone), sealed + (select count(*) from noted)
          
        into removed, sealed;
        
        with seen as (
          select e.seq, case when e.ip is null and e.user_agent is null then sha256(convert_to(jsonb_build_array('actor', e.seq)::text, 'UTF8'))
    else sha256(coalesce(s.salt, '') || convert_to(jsonb_build_array('actor', e.seq, text(e.ip), e.user_agent)::text, 'UTF8')) end as actor_mark
          from activities e left join trail_salts s on s.person_id = coalesce(e.actor_id, e.user_id, '00000000-0000-0000-0000-000000000000')
          where e.actor_id = the_user and (e.ip is not null or e.user_agent is not null)
          for update of e
        ), changed as (
          update activities e set ip = null, user_agent = null from seen where e.seq = seen.seq
        ), noted as (
          insert into removed_events (source, seq, entry, gone, actor_mark)
          select 'activities', seen.seq, the_entry, false, seen.actor_mark
          from seen where seen.seq <= (select sealed_to('activities'))
          returning 1
        )
        select redacted + (select count(*) from seen), sealed + (select count(*) from noted) into redacted, sealed;
        
        with seen as (
          select e.seq, case when e.ip is null and e.user_agent is null then sha256(convert_to(jsonb_build_array('actor', e.seq)::text, 'UTF8'))
    else sha256(coalesce(s.salt, '') || convert_to(jsonb_build_array('actor', e.seq, text(e.ip), e.user_agent)::text, 'UTF8')) end as actor_mark
          from audit_events e left join trail_salts s on s.person_id = coalesce(e.actor_id, e.user_id, '00000000-0000-0000-0000-000000000000')
          where e.actor_id = the_user and (e.ip is not null or e.user_agent is not null)
          for update of e
        ), changed as (
          update audit_events e set ip = null, user_agent = null from seen where e.seq = seen.seq
        ), noted as (
          insert into removed_events (source, seq, entry, gone, actor_mark)
          select 'audit_events', seen.seq, the_entry, false, seen.actor_mark
          from seen where seen.seq <= (select sealed_to('audit_events'))
          returning 1
        )
        select redacted + (select count(*) from seen), sealed + (select count(*) from noted) into redacted, sealed;
        with seen as (
          select e.seq, case when e.details = '{}' then sha256(convert_to(jsonb_build_array('details', e.seq)::text, 'UTF8'))
    else sha256(coalesce(s.salt, '') || convert_to(jsonb_build_array('details', e.seq, e.details)::text, 'UTF8')) end as details_mark, case when e.changes is null then sha256(convert_to(jsonb_build_array('changes', e.seq)::text, 'UTF8'))
    else sha256(coalesce(s.salt, '') || convert_to(jsonb_build_array('changes', e.seq, e.changes)::text, 'UTF8')) end as changes_mark
          from audit_events e left join trail_salts s on s.person_id = coalesce(case when e.actor_kind = 'person' then coalesce(e.user_id, e.actor_id) end, '00000000-0000-0000-0000-000000000000')
          where (e.user_id = the_user or e.user_id is null and e.actor_id = the_user) and e.actor_kind = 'person'
            and (e.details <> '{}' or e.changes is not null)
          for update of e
        ), changed as (
          update audit_events e set details = '{}', changes = null from seen where e.seq = seen.seq
        ), noted as (
          insert into removed_events (source, seq, entry, gone, details_mark, changes_mark)
          select 'audit_events', seen.seq, the_entry, false, seen.details_mark, seen.changes_mark
          from seen where seen.seq <= (select sealed_to('audit_events'))
          returning 1
        )
        select redacted + (select count(*) from seen), sealed + (select count(*) from noted) into redacted, sealed;
        delete from trail_salts where person_id = the_user;
        perform write_entry(the_entry, 'person-erased', the_user, null,
          jsonb_build_object('events', removed, 'redacted', redacted, 'sealed', sealed));
      end $function$;

CREATE OR REPLACE FUNCTION public.hold_trail()
 RETURNS void
 LANGUAGE sql
AS $function$
      select pg_advisory_xact_lock_shared(hashtextextended('trail', 0))
    $function$;

CREATE OR REPLACE FUNCTION public.new_id()
 RETURNS uuid
 LANGUAGE sql
AS $function$
        select (substr(hex, 1, 8) || '-' || substr(hex, 9, 4)
          || '-7' || lpad(to_hex(us % 1000 * 4096 / 1000), 3, '0') || substr(gen_random_uuid()::text, 19))::uuid
        from (select us, lpad(to_hex(us / 1000), 12, '0') as hex
          from (select (extract(epoch from clock_timestamp()) * 1000000)::bigint as us) as now) as parts
      $function$;

CREATE OR REPLACE FUNCTION public.note_ending()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
      begin
        new.ended_in := pg_current_xact_id();
        return new;
      end $function$;

CREATE OR REPLACE FUNCTION public.prune_activities(days integer, run_by jsonb DEFAULT '{}'::jsonb)
 RETURNS bigint
 LANGUAGE plpgsql
 SET "likeness.removal" TO 'retention'
AS $function$
      declare
        the_entry bigint;
        removed bigint := 0;
        sealed bigint := 0;
        last_at timestamptz;
      begin
        perform hold_trail();
        the_entry := draw_entry();
        
        with gone as (
          delete from activities e where e.at < now() - make_interval(days => days) returning e.seq, e.at
        ), noted as (
          insert into removed_events (source, seq, entry, gone)
          select 'activities', gone.seq, the_entry, true from gone where gone.seq <= (select sealed_to('activities'))
          returning 1
        )
        select removed + (select count(*) from gone), sealed + (select count(*) from noted)
          , (select max(gone.at) from gone)
        into removed, sealed, last_at;
        if removed > 0 then
          perform write_entry(the_entry, 'trail-pruned', null, null,
            jsonb_build_object('events', removed, 'sealed', sealed, 'until', last_at) || run_by);
        end if;
        return removed;
      end $function$;

CREATE OR REPLACE FUNCTION public.prune_audit(days integer, most integer, run_by jsonb DEFAULT '{}'::jsonb)
 RETURNS bigint
 LANGUAGE plpgsql
 SET "likeness.removal" TO 'retention'
AS $function$
      declare
        the_entry bigint;
        removed bigint := 0;
        sealed bigint := 0;
        last_at timestamptz;
      begin
        perform hold_trail();
        the_entry := draw_entry();
        
        with gone as (
          delete from audit_events e where e.seq = any(array(
            select old.seq from audit_events old where old.at < now() - make_interval(days => days) order by old.at limit most)) returning e.seq, e.at
        ), noted as (
          insert into removed_events (source, seq, entry, gone)
          select 'audit_events', gone.seq, the_entry, true from gone where gone.seq <= (select sealed_to('audit_events'))
          returning 1
        )
        select removed + (select count(*) from gone), sealed + (select count(*) from noted)
          , (select max(gone.at) from gone)
        into removed, sealed, last_at;
        if removed > 0 then
          perform write_entry(the_entry, 'audit-pruned', null, null,
            jsonb_build_object('events', removed, 'sealed', sealed, 'until', last_at) || run_by);
        end if;
        return removed;
      end $function$;

CREATE OR REPLACE FUNCTION public.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      if tg_op <> 'TRUNCATE' and coalesce(current_setting('likeness.removal', true), '') in ('retention', 'erasure') then
        return null;
      end if;
      raise exception '% is append-only: % refused', tg_table_name, tg_op using
        errcode = 'insufficient_privilege',
        hint = 'Retention and erasure remove events by their functions, which leave an event of their own.';
    end $function$;

CREATE OR REPLACE FUNCTION public.sealed_to(the_source text)
 RETURNS bigint
 LANGUAGE sql
 STABLE
AS $function$
      select coalesce(max(last_seq), 0) from trail_seals where source = the_source
    $function$;

CREATE OR REPLACE FUNCTION public.write_entry(the_entry bigint, the_action text, about uuid, about_upload uuid, facts jsonb)
 RETURNS void
 LANGUAGE sql
AS $function$
      insert into audit_events (seq, action, actor_kind, user_id, upload_id, outcome, details)
      overriding system value
      values (the_entry, the_action, case when the_action in ('trail-pruned', 'audit-pruned') then 'upkeep' else 'service' end,
        about, about_upload, 'done', facts)
    $function$;
