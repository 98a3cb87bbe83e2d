import { type Migration, sql } from 'kysely'

/** Uploads, their event trail, and the avatars made of them. Keys lead with user_id, so a shard holds a user whole. */
export const first: Migration = {
  async up(db) {
    await sql`create sequence avatar_version as bigint`.execute(db)

    await sql`
      create table uploads (
        user_id uuid not null,
        id uuid not null,
        status text not null default 'pending' check (status in
          ('pending', 'confirmed', 'published', 'superseded', 'withdrawn', 'discarded', 'expired', 'rejected', 'failed')),
        original_filename text check (length(original_filename) between 1 and 255),
        format text not null,
        bytes bigint not null check (bytes > 0),
        width integer not null check (width > 0),
        height integer not null check (height > 0),
        pages integer not null check (pages > 0),
        sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
        thumbhash text,
        decode_kills integer not null default 0,
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
        primary key (user_id, id),
        check ((version is null) = (confirmed_at is null)),
        check ((status = 'pending') = (expires_at is not null)),
        check (status not in ('confirmed', 'published', 'superseded', 'withdrawn', 'failed') or confirmed_at is not null)
      )`.execute(db)
    // Managers and jobs know an upload by its id alone.
    await sql`create index uploads_id on uploads (id)`.execute(db)
    await sql`create index uploads_pending on uploads (user_id, id) where status = 'pending'`.execute(db)
    await sql`create index uploads_expiring on uploads (expires_at) where status = 'pending'`.execute(db)
    // What upkeep looks for: rows whose job may have been lost.
    await sql`create index uploads_unprepared on uploads (uploaded_at) where status = 'pending' and prepared_at is null`.execute(
      db,
    )
    await sql`create index uploads_unpublished on uploads (confirmed_at) where status = 'confirmed'`.execute(
      db,
    )

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
        primary key (user_id, upload_id, seq),
        foreign key (user_id, upload_id) references uploads (user_id, id) on delete cascade
      )`.execute(db)

    await sql`
      create table avatars (
        user_id uuid not null,
        version bigint not null,
        upload_id uuid not null,
        live boolean not null,
        sizes integer[] not null,
        formats text[] not null,
        blob_prefix text not null,
        created_at timestamptz(3) not null default now(),
        primary key (user_id, version),
        foreign key (user_id, upload_id) references uploads (user_id, id)
      )`.execute(db)
    await sql`create unique index avatars_live on avatars (user_id) where live`.execute(db)
  },
}
