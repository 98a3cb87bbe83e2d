create table activities (
  id uuid not null,
  user_id uuid,
  type text not null,
  at timestamp(3) with time zone not null default now(),
  ip inet,
  user_agent text,
  details jsonb not null default '{}'::jsonb,
  actor_id uuid,
  constraint activities_pkey PRIMARY KEY (id),
  constraint activities_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);
CREATE INDEX activities_at ON public.activities USING btree (at);
CREATE INDEX activities_devices ON public.activities USING btree (user_id, user_agent) WHERE (type = 'login'::text);
CREATE INDEX activities_user ON public.activities USING btree (user_id, id DESC);

create table attempts (
  key bytea not null,
  count integer not null,
  resets_at timestamp(3) with time zone not null,
  constraint attempts_pkey PRIMARY KEY (key)
);
CREATE INDEX attempts_over ON public.attempts USING btree (resets_at);

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
