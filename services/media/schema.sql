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

create table avatars (
  user_id uuid not null,
  version bigint not null,
  upload_id uuid not null,
  live boolean not null,
  sizes integer[] not null,
  formats text[] not null,
  blob_prefix text not null,
  path_version bigint not null,
  created_at timestamp(3) with time zone not null default now(),
  live_until timestamp(3) with time zone,
  text_revision integer not null default 0,
  text_told integer not null default 0,
  text_untold_since timestamp(3) with time zone,
  constraint avatars_pkey PRIMARY KEY (user_id, version),
  constraint avatars_user_id_upload_id_fkey FOREIGN KEY (user_id, upload_id) REFERENCES uploads(user_id, id)
);
CREATE UNIQUE INDEX avatars_live ON public.avatars USING btree (user_id) WHERE live;
CREATE INDEX avatars_text_untold ON public.avatars USING btree (text_untold_since) WHERE (text_untold_since IS NOT NULL);

create table blocked_images (
  id uuid not null,
  at timestamp(3) with time zone not null default now(),
  sha256 text not null,
  look bit(64),
  distance integer,
  reason text not null,
  actor_id uuid not null,
  takedown_id uuid not null,
  lifted_at timestamp(3) with time zone,
  lifted_by uuid,
  lift_reason text,
  constraint blocked_images_check CHECK (((look IS NULL) = (distance IS NULL))),
  constraint blocked_images_pkey PRIMARY KEY (id),
  constraint blocked_images_takedown_id_fkey FOREIGN KEY (takedown_id) REFERENCES takedowns(id)
);
CREATE UNIQUE INDEX blocked_images_bytes ON public.blocked_images USING btree (sha256) WHERE (lifted_at IS NULL);

create table direct_uploads (
  user_id uuid not null,
  id uuid not null,
  original_filename text,
  bytes bigint not null,
  sha256 text not null,
  created_at timestamp(3) with time zone not null default now(),
  expires_at timestamp(3) with time zone not null,
  constraint direct_uploads_bytes_check CHECK ((bytes > 0)),
  constraint direct_uploads_original_filename_check CHECK (((length(original_filename) >= 1) AND (length(original_filename) <= 255))),
  constraint direct_uploads_pkey PRIMARY KEY (user_id, id),
  constraint direct_uploads_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text))
);
CREATE INDEX direct_uploads_expiring ON public.direct_uploads USING btree (expires_at);
CREATE INDEX direct_uploads_id ON public.direct_uploads USING btree (id);

create table drained (
  source text not null,
  last_seq bigint not null,
  at timestamp(3) with time zone not null default now(),
  constraint drained_pkey PRIMARY KEY (source)
);

create table erased_users (
  user_id uuid not null,
  asked_at timestamp(3) with time zone not null default now(),
  erased_at timestamp(3) with time zone,
  constraint erased_users_pkey PRIMARY KEY (user_id)
);
CREATE INDEX erased_users_asked ON public.erased_users USING btree (asked_at);

create table failed_runs (
  step text not null,
  key text not null,
  user_id uuid not null,
  cause text not null,
  attempts integer not null default 1,
  last_at timestamp(3) with time zone not null default now(),
  constraint failed_runs_pkey PRIMARY KEY (step, key)
);
CREATE INDEX failed_runs_old ON public.failed_runs USING btree (last_at);
CREATE INDEX failed_runs_user ON public.failed_runs USING btree (user_id);

create table idempotency_keys (
  caller_id uuid not null,
  key text not null,
  fingerprint text not null,
  about_user_id uuid not null,
  lease uuid not null,
  leased_until timestamp(3) with time zone not null,
  upload_id uuid,
  status smallint,
  location text,
  body text,
  created_at timestamp(3) with time zone not null default now(),
  constraint idempotency_keys_check CHECK (((status IS NULL) = (body IS NULL))),
  constraint idempotency_keys_check1 CHECK (((status IS NULL) OR (upload_id IS NOT NULL))),
  constraint idempotency_keys_pkey PRIMARY KEY (caller_id, key)
);
CREATE INDEX idempotency_keys_about ON public.idempotency_keys USING btree (about_user_id, upload_id);
CREATE INDEX idempotency_keys_old ON public.idempotency_keys USING btree (created_at);

create table left_people (
  who bytea not null,
  left_at timestamp(3) with time zone not null default now(),
  constraint left_people_pkey PRIMARY KEY (who)
);
CREATE INDEX left_people_old ON public.left_people USING btree (left_at);

create table looks (
  user_id uuid not null,
  upload_id uuid not null,
  look bit(64) not null,
  constraint looks_pkey PRIMARY KEY (user_id, upload_id)
);

create table owner_notices (
  user_id uuid not null,
  id uuid not null,
  at timestamp(3) with time zone not null default now(),
  kind text not null,
  upload_ids uuid[] not null,
  actor_id uuid,
  ip inet,
  user_agent text,
  reason text,
  by_mail boolean not null,
  webhook jsonb,
  changes jsonb,
  constraint owner_notices_pkey PRIMARY KEY (user_id, id)
);
CREATE INDEX owner_notices_at ON public.owner_notices USING btree (at);

create table people (
  id uuid not null,
  issuer text not null,
  subject text not null,
  email text,
  name text,
  locale text,
  first_seen_at timestamp(3) with time zone not null default now(),
  sessions_ended_at timestamp(3) with time zone,
  constraint people_issuer_subject_key UNIQUE (issuer, subject),
  constraint people_pkey PRIMARY KEY (id)
);
CREATE INDEX people_ended ON public.people USING btree (sessions_ended_at) WHERE (sessions_ended_at IS NOT NULL);

create table picture_imports (
  user_id uuid not null,
  url text not null,
  asked_at timestamp(3) with time zone not null default now(),
  attempts integer not null default 0,
  next_at timestamp(3) with time zone not null default date_trunc('milliseconds'::text, now()),
  ended_at timestamp(3) with time zone,
  failure text,
  constraint picture_imports_check CHECK (((ended_at IS NULL) = (failure IS NULL))),
  constraint picture_imports_pkey PRIMARY KEY (user_id)
);
CREATE INDEX picture_imports_due ON public.picture_imports USING btree (next_at) WHERE (ended_at IS NULL);
CREATE INDEX picture_imports_ended ON public.picture_imports USING btree (ended_at) WHERE (ended_at IS NOT NULL);

create table refused_uploads (
  user_id uuid not null,
  id uuid not null,
  at timestamp(3) with time zone not null default now(),
  code text not null,
  refused_at timestamp(3) with time zone not null default now(),
  counted boolean not null default false,
  constraint refused_uploads_pkey PRIMARY KEY (user_id, id)
);
CREATE INDEX refused_uploads_old ON public.refused_uploads USING btree (refused_at);
CREATE INDEX refused_uploads_uncounted ON public.refused_uploads USING btree (refused_at) WHERE (NOT counted);

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

create table service_keys (
  id uuid not null,
  prefix text not null,
  hash bytea not null,
  name text not null,
  scopes text[] not null,
  created_at timestamp(3) with time zone not null default now(),
  created_by uuid,
  expires_at timestamp(3) with time zone not null,
  last_used_at timestamp(3) with time zone,
  revoked_at timestamp(3) with time zone,
  constraint service_keys_hash_key UNIQUE (hash),
  constraint service_keys_pkey PRIMARY KEY (id)
);

create table stats (
  unit text not null,
  at timestamp(0) with time zone not null,
  counters jsonb not null,
  summary jsonb not null generated always as stats_summary(counters),
  constraint stats_pkey PRIMARY KEY (unit, at),
  constraint stats_unit_check CHECK ((unit = ANY (ARRAY['hour'::text, 'day'::text, 'month'::text])))
);

create table stats_state (
  single boolean not null default true,
  last_seq bigint not null default 0,
  rolled_up_at timestamp(3) with time zone,
  kept_uploads bigint,
  kept_bytes bigint,
  kept_at timestamp(3) with time zone,
  constraint stats_state_pkey PRIMARY KEY (single),
  constraint stats_state_single_check CHECK (single)
);

create table takedown_items (
  takedown_id uuid not null,
  user_id uuid not null,
  upload_id uuid not null,
  sha256 text not null,
  outcome text,
  constraint takedown_items_outcome_check CHECK ((outcome = ANY (ARRAY['withdrawn'::text, 'refused'::text, 'held'::text, 'left'::text, 'gone'::text]))),
  constraint takedown_items_pkey PRIMARY KEY (takedown_id, user_id, upload_id),
  constraint takedown_items_takedown_id_fkey FOREIGN KEY (takedown_id) REFERENCES takedowns(id)
);
CREATE INDEX takedown_items_of_user ON public.takedown_items USING btree (user_id);
CREATE INDEX takedown_items_waiting ON public.takedown_items USING btree (takedown_id, user_id) WHERE (outcome IS NULL);

create table takedowns (
  id uuid not null,
  at timestamp(3) with time zone not null default now(),
  actor_id uuid not null,
  ip inet,
  user_agent text,
  reason text not null,
  upload_id uuid not null,
  sha256 text not null,
  alike integer,
  blocked_image_id uuid,
  seen text not null,
  finished_at timestamp(3) with time zone,
  constraint takedowns_pkey PRIMARY KEY (id)
);
CREATE INDEX takedowns_seen ON public.takedowns USING btree (seen);
CREATE INDEX takedowns_unfinished ON public.takedowns USING btree (at) WHERE (finished_at IS NULL);

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

create table upload_events (
  user_id uuid not null,
  upload_id uuid not null,
  seq bigint not null,
  type text not null,
  at timestamp(3) with time zone not null default now(),
  actor_id uuid,
  ip inet,
  details jsonb not null default '{}'::jsonb,
  user_agent text,
  changes jsonb,
  constraint upload_events_pkey PRIMARY KEY (user_id, upload_id, seq),
  constraint upload_events_user_id_upload_id_fkey FOREIGN KEY (user_id, upload_id) REFERENCES uploads(user_id, id)
);
CREATE INDEX upload_events_by_another ON public.upload_events USING btree (actor_id, upload_id) WHERE (actor_id <> user_id);
CREATE INDEX upload_events_by_ip ON public.upload_events USING btree (ip, upload_id) WHERE (ip IS NOT NULL);
CREATE UNIQUE INDEX upload_events_by_seq ON public.upload_events USING btree (seq);
CREATE TRIGGER upload_events_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.upload_events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

create table upload_facts (
  user_id uuid not null,
  id uuid not null,
  uploaded_at timestamp(3) with time zone not null default now(),
  bytes bigint not null,
  format text not null,
  sha256 bytea not null,
  filename text,
  constraint upload_facts_pkey PRIMARY KEY (user_id, id)
);
CREATE INDEX upload_facts_by_filename ON public.upload_facts USING gin (filename gin_trgm_ops);
CREATE INDEX upload_facts_by_format ON public.upload_facts USING btree (format, id) INCLUDE (user_id, bytes, uploaded_at, filename) WHERE (format <> 'jpeg'::text);
CREATE INDEX upload_facts_by_sha256 ON public.upload_facts USING btree (sha256);
CREATE INDEX upload_facts_by_time ON public.upload_facts USING btree (id) INCLUDE (user_id, format, uploaded_at, filename);

create table uploads (
  user_id uuid not null,
  id uuid not null,
  status text not null default 'pending'::text,
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
  uploaded_at timestamp(3) with time zone not null default now(),
  prepared_at timestamp(3) with time zone,
  confirmed_at timestamp(3) with time zone,
  rendered_at timestamp(3) with time zone,
  published_at timestamp(3) with time zone,
  expires_at timestamp(3) with time zone,
  closed_at timestamp(3) with time zone,
  failure_code text,
  failure_detail text,
  original_deleted_at timestamp(3) with time zone,
  held_at timestamp(3) with time zone,
  constraint uploads_pkey PRIMARY KEY (user_id, id),
  constraint uploads_sound CHECK (is_sound(uploads.*))
);
CREATE INDEX uploads_by_bytes ON public.uploads USING btree (bytes, id) INCLUDE (user_id, status, format, failure_code, original_filename, uploaded_at);
CREATE INDEX uploads_by_failure ON public.uploads USING btree (failure_code, id) INCLUDE (user_id, bytes) WHERE (failure_code IS NOT NULL);
CREATE INDEX uploads_by_status ON public.uploads USING btree (status, id) INCLUDE (user_id, bytes, confirmed_at) WHERE (status <> 'pending'::text);
CREATE INDEX uploads_confirmed ON public.uploads USING btree (confirmed_at, id) INCLUDE (user_id, status, format, failure_code, original_filename, uploaded_at) WHERE (confirmed_at IS NOT NULL);
CREATE INDEX uploads_confirmed_late ON public.uploads USING btree (((confirmed_at - uploaded_at))) WHERE ((confirmed_at - uploaded_at) > '25:00:00'::interval);
CREATE INDEX uploads_expiring ON public.uploads USING btree (expires_at) WHERE (status = 'pending'::text);
CREATE INDEX uploads_failed_confirmed ON public.uploads USING btree (confirmed_at, id) INCLUDE (user_id, status, format, failure_code, original_filename, uploaded_at) WHERE ((failure_code IS NOT NULL) AND (confirmed_at IS NOT NULL));
CREATE INDEX uploads_id ON public.uploads USING btree (id);
CREATE INDEX uploads_kept ON public.uploads USING btree (user_id, status, id) INCLUDE (bytes, expires_at) WHERE ((original_deleted_at IS NULL) AND (status = ANY (ARRAY['pending'::text, 'confirmed'::text, 'published'::text, 'superseded'::text, 'withdrawn'::text])));
CREATE INDEX uploads_originals ON public.uploads USING btree (published_at) WHERE ((published_at IS NOT NULL) AND (original_deleted_at IS NULL) AND (status = ANY (ARRAY['published'::text, 'superseded'::text, 'withdrawn'::text])));
CREATE INDEX uploads_over ON public.uploads USING btree (closed_at) WHERE (status = ANY (ARRAY['discarded'::text, 'expired'::text, 'rejected'::text, 'failed'::text, 'erased'::text]));
CREATE INDEX uploads_past ON public.uploads USING btree (user_id, version) WHERE (status = ANY (ARRAY['superseded'::text, 'withdrawn'::text]));
CREATE INDEX uploads_unprepared ON public.uploads USING btree (uploaded_at) WHERE ((status = 'pending'::text) AND (prepared_at IS NULL));

create table webhook_cursor (
  single boolean not null default true,
  last_seq bigint not null default 0,
  constraint webhook_cursor_pkey PRIMARY KEY (single),
  constraint webhook_cursor_single_check CHECK (single)
);

create table webhook_deliveries (
  endpoint_id uuid not null,
  event_id uuid not null,
  state text not null default 'waiting'::text,
  attempts integer not null default 0,
  is_replay boolean not null default false,
  next_at timestamp(3) with time zone default now(),
  last_at timestamp(3) with time zone,
  last_ms integer,
  last_status integer,
  last_fault text,
  last_answer text,
  delivered_at timestamp(3) with time zone,
  constraint webhook_deliveries_check CHECK (((state = 'waiting'::text) = (next_at IS NOT NULL))),
  constraint webhook_deliveries_endpoint_id_fkey FOREIGN KEY (endpoint_id) REFERENCES webhook_endpoints(id) ON DELETE CASCADE,
  constraint webhook_deliveries_event_id_fkey FOREIGN KEY (event_id) REFERENCES webhook_events(id) ON DELETE CASCADE,
  constraint webhook_deliveries_pkey PRIMARY KEY (endpoint_id, event_id),
  constraint webhook_deliveries_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'delivered'::text, 'failed'::text])))
);
CREATE INDEX webhook_deliveries_due ON public.webhook_deliveries USING btree (endpoint_id, next_at) WHERE (state = 'waiting'::text);
CREATE INDEX webhook_deliveries_failed ON public.webhook_deliveries USING btree (endpoint_id) WHERE (state = 'failed'::text);
CREATE INDEX webhook_deliveries_of_event ON public.webhook_deliveries USING btree (event_id);

create table webhook_endpoints (
  id uuid not null,
  url text not null,
  description text not null,
  events text[],
  state text not null default 'enabled'::text,
  reason text,
  state_at timestamp(3) with time zone not null default now(),
  failing_since timestamp(3) with time zone,
  created_by uuid,
  created_at timestamp(3) with time zone not null default now(),
  constraint webhook_endpoints_check CHECK (((state = 'enabled'::text) = (reason IS NULL))),
  constraint webhook_endpoints_pkey PRIMARY KEY (id),
  constraint webhook_endpoints_reason_check CHECK ((reason = ANY (ARRAY['failing'::text, 'gone'::text, 'asked'::text]))),
  constraint webhook_endpoints_state_check CHECK ((state = ANY (ARRAY['enabled'::text, 'paused'::text, 'disabled'::text])))
);

create table webhook_events (
  id uuid not null,
  seq bigint,
  type text not null,
  user_id uuid not null,
  at timestamp(3) with time zone not null,
  data jsonb not null,
  constraint webhook_events_pkey PRIMARY KEY (id),
  constraint webhook_events_seq_key UNIQUE (seq)
);
CREATE INDEX webhook_events_at ON public.webhook_events USING btree (at);
CREATE INDEX webhook_events_of_user ON public.webhook_events USING btree (user_id);

create table webhook_secrets (
  endpoint_id uuid not null,
  id uuid not null,
  public_key text not null,
  sealed bytea not null,
  valid_until timestamp(3) with time zone,
  constraint webhook_secrets_endpoint_id_fkey FOREIGN KEY (endpoint_id) REFERENCES webhook_endpoints(id) ON DELETE CASCADE,
  constraint webhook_secrets_pkey PRIMARY KEY (endpoint_id, id)
);

create table withdrawals (
  user_id uuid not null,
  version bigint not null,
  upload_id uuid,
  at timestamp(3) with time zone not null default now(),
  actor_id uuid not null,
  reason text,
  told_at timestamp(3) with time zone,
  ip inet,
  user_agent text,
  constraint withdrawals_pkey PRIMARY KEY (user_id, version)
);
CREATE INDEX withdrawals_untold ON public.withdrawals USING btree (at) WHERE (told_at IS NULL);

create sequence audit_events_seq_seq;

create sequence avatar_version;

CREATE OR REPLACE FUNCTION public.confirm_upload(the_user uuid, the_upload uuid, chosen_crop jsonb, chosen_text text, expected_sha256 text, the_actor uuid, the_ip inet, the_agent text, recipe text, prefix text, made_sizes integer[], made_formats text[], waits boolean)
 RETURNS TABLE(busy boolean, changed uploads, is_live boolean, superseded_id uuid)
 LANGUAGE plpgsql
AS $function$
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
      end $function$;

CREATE OR REPLACE FUNCTION public.count_open(owner uuid, since uuid)
 RETURNS TABLE(erased boolean, pending bigint, stored bigint, recent bigint, first timestamp with time zone)
 LANGUAGE sql
 STABLE
AS $function$
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
      $function$;

CREATE OR REPLACE FUNCTION public.draw_entry()
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
    begin
      lock table audit_events in row exclusive mode;
      return nextval(pg_get_serial_sequence('audit_events', 'seq'));
    end $function$;

CREATE OR REPLACE FUNCTION public.erase_texts(the_user uuid, the_upload uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET "likeness.removal" TO 'erasure'
AS $function$
      declare
        the_entry bigint;
        redacted bigint := 0;
        sealed bigint := 0;
      begin
        perform hold_trail();
        if not exists (select from upload_events e
          where e.user_id = the_user and e.upload_id = the_upload and e.changes ? 'altText') then return; end if;
        the_entry := draw_entry();
        
        with seen as (
          select e.seq, case when e.changes is null then sha256(convert_to(jsonb_build_array('changes', e.seq)::text, 'UTF8'))
    else sha256(coalesce(s.salt, '') || convert_to(jsonb_build_array('changes', e.seq, e.changes)::text, 'UTF8')) end as changes_mark
          from upload_events e left join trail_salts s on s.person_id = coalesce(e.user_id, '00000000-0000-0000-0000-000000000000')
          where e.user_id = the_user and e.upload_id = the_upload and e.changes ? 'altText'
          for update of e
        ), changed as (
          update upload_events e set changes = null from seen where e.seq = seen.seq
        ), noted as (
          insert into removed_events (source, seq, entry, gone, changes_mark)
          select 'upload_events', seen.seq, the_entry, false, seen.changes_mark
          from seen where seen.seq <= (select sealed_to('upload_events'))
          returning 1
        )
        select redacted + (select count(*) from seen), sealed + (select count(*) from noted) into redacted, sealed;
        perform write_entry(the_entry, 'text-erased', the_user, the_upload,
          jsonb_build_object('redacted', redacted, 'sealed', sealed));
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
          delete from upload_events e where e.user_id = the_user returning e.seq, e.at
        ), noted as (
          insert into removed_events (source, seq, entry, gone)
          select 'upload_events', gone.seq, the_entry, true from gone where gone.seq <= (select sealed_to('upload_events'))
          returning 1
        )
        select removed + (select count(*) from gone), sealed + (select count(*) from noted)
          
        into removed, sealed;
        
        with seen as (
          select e.seq, case when e.ip is null and e.user_agent is null then sha256(convert_to(jsonb_build_array('actor', e.seq)::text, 'UTF8'))
    else sha256(coalesce(s.salt, '') || convert_to(jsonb_build_array('actor', e.seq, text(e.ip), e.user_agent)::text, 'UTF8')) end as actor_mark
          from upload_events e left join trail_salts s on s.person_id = coalesce(e.actor_id, e.user_id, '00000000-0000-0000-0000-000000000000')
          where e.actor_id = the_user and e.actor_id <> e.user_id and (e.ip is not null or e.user_agent is not null)
          for update of e
        ), changed as (
          update upload_events e set ip = null, user_agent = null from seen where e.seq = seen.seq
        ), noted as (
          insert into removed_events (source, seq, entry, gone, actor_mark)
          select 'upload_events', seen.seq, the_entry, false, seen.actor_mark
          from seen where seen.seq <= (select sealed_to('upload_events'))
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
        -- The job may run again when it is done.
        if removed + redacted > 0 or not exists (
          select from audit_events where user_id = the_user and action = 'person-erased') then
          perform write_entry(the_entry, 'person-erased', the_user, null,
            jsonb_build_object('events', removed, 'redacted', redacted, 'sealed', sealed));
        end if;
      end $function$;

CREATE OR REPLACE FUNCTION public.hold_trail()
 RETURNS void
 LANGUAGE sql
AS $function$
      select pg_advisory_xact_lock_shared(hashtextextended('trail', 0))
    $function$;

CREATE OR REPLACE FUNCTION public.is_sound(u uploads)
 RETURNS boolean
 LANGUAGE plpgsql
 IMMUTABLE
AS $function$
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
      end $function$;

CREATE OR REPLACE FUNCTION public.lock_user(the_user uuid)
 RETURNS void
 LANGUAGE sql
AS $function$
        select pg_advisory_xact_lock(hashtextextended(the_user::text, 0))
      $function$;

CREATE OR REPLACE FUNCTION public.lock_user(the_user uuid, waits boolean)
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
      begin
        if not waits then return pg_try_advisory_xact_lock(hashtextextended(the_user::text, 0)); end if;
        perform lock_user(the_user);
        return true;
      end $function$;

CREATE OR REPLACE FUNCTION public.newest_decision(the_user uuid)
 RETURNS bigint
 LANGUAGE sql
 STABLE
AS $function$
        select coalesce(greatest(
          (select version from avatars where user_id = the_user and live),
          (select max(version) from withdrawals where user_id = the_user)), 0)
      $function$;

CREATE OR REPLACE FUNCTION public.open_uploads(owner uuid, since uuid)
 RETURNS TABLE(erased boolean, pending bigint, stored bigint, recent bigint, first timestamp with time zone)
 LANGUAGE plpgsql
AS $function$
      begin
        perform lock_user(owner);
        return query select * from count_open(owner, since);
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

CREATE OR REPLACE FUNCTION public.prune_trails(days integer, most integer, run_by jsonb DEFAULT '{}'::jsonb)
 RETURNS bigint
 LANGUAGE plpgsql
 SET "likeness.removal" TO 'retention'
AS $function$
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
        
        with gone as (
          delete from upload_events e where (e.user_id, e.upload_id) in (select u.user_id, u.id from unnest(old) u) returning e.seq, e.at
        ), noted as (
          insert into removed_events (source, seq, entry, gone)
          select 'upload_events', gone.seq, the_entry, true from gone where gone.seq <= (select sealed_to('upload_events'))
          returning 1
        )
        select removed + (select count(*) from gone), sealed + (select count(*) from noted)
          
        into removed, sealed;
        delete from uploads using unnest(old) u where uploads.user_id = u.user_id and uploads.id = u.id;
        perform write_entry(the_entry, 'trail-pruned', null, null, jsonb_build_object(
          'uploads', cardinality(old), 'events', removed, 'sealed', sealed,
          'until', (select max(u.closed_at) from unnest(old) u)) || run_by);
        return cardinality(old);
      end $function$;

CREATE OR REPLACE FUNCTION public.publish_upload(the_user uuid, the_upload uuid, decided bigint, waits boolean)
 RETURNS TABLE(busy boolean, changed uploads, has_untold_text boolean)
 LANGUAGE plpgsql
AS $function$
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

CREATE OR REPLACE FUNCTION public.show_rendered(the_user uuid, the_upload uuid, prefix text, made_sizes integer[], made_formats text[])
 RETURNS TABLE(is_live boolean, superseded_id uuid, ahead text)
 LANGUAGE plpgsql
AS $function$
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
      end $function$;

CREATE OR REPLACE FUNCTION public.stage_upload(the_user uuid, since uuid, the_upload uuid, the_name text, the_format text, the_bytes bigint, the_width integer, the_height integer, the_pages integer, the_sha256 text, kept_seconds integer, most_pending bigint, most_recent bigint, most_stored bigint, the_actor uuid, the_ip inet, the_agent text, claimed_by uuid, claimed_key text, waits boolean)
 RETURNS TABLE(busy boolean, is_lost boolean, uploaded_at timestamp with time zone, expires_at timestamp with time zone)
 LANGUAGE plpgsql
AS $function$
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
      end $function$;

CREATE OR REPLACE FUNCTION public.stats_summary(counters jsonb)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE
AS $function$
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
      $function$;

CREATE OR REPLACE FUNCTION public.supersede(the_user uuid, the_upload uuid, later bigint)
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
      begin
        with changed as (
          update uploads set status = 'superseded', closed_at = now()
          where user_id = the_user and id = the_upload and status = 'published'
          returning user_id, id, version
        )
        insert into upload_events (user_id, upload_id, type, details)
        select user_id, id, 'superseded', jsonb_build_object('by', later, 'version', version) from changed;
        return found;
      end $function$;

create sequence upload_events_seq_seq;

CREATE OR REPLACE FUNCTION public.write_entry(the_entry bigint, the_action text, about uuid, about_upload uuid, facts jsonb)
 RETURNS void
 LANGUAGE sql
AS $function$
      insert into audit_events (seq, action, actor_kind, user_id, upload_id, outcome, details)
      overriding system value
      values (the_entry, the_action, case when the_action in ('trail-pruned', 'audit-pruned') then 'upkeep' else 'service' end,
        about, about_upload, 'done', facts)
    $function$;
