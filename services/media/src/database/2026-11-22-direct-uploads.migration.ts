import { type Migration, sql } from 'kysely'

/** Uploads announced but not completed: their bytes go straight to the storage. */
export const directUploads: Migration = {
  async up(db) {
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
    // Managers know one by its id alone.
    await sql`create index direct_uploads_id on direct_uploads (id)`.execute(db)
    await sql`create index direct_uploads_expiring on direct_uploads (expires_at)`.execute(db)
  },
}
