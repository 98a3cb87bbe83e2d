import { type Migration, sql } from 'kysely'

/** Uploads that were refused count for the rate too: receiving and judging them is what the rate bounds. */
export const refusedUploads: Migration = {
  async up(db) {
    await sql`
      create table refused_uploads (
        user_id uuid not null,
        id uuid not null,
        at timestamptz(3) not null default now(),
        primary key (user_id, id)
      )`.execute(db)
    // What upkeep deletes.
    await sql`create index refused_uploads_old on refused_uploads (at)`.execute(db)
    await sql`
      create or replace function open_uploads(owner uuid, since uuid)
      returns table (erased boolean, pending bigint, stored bigint, recent bigint, first timestamptz)
      language plpgsql volatile as $$
      begin
        perform pg_advisory_xact_lock(hashtextextended(owner::text, 0));
        return query select
          exists(select from erased_users e where e.user_id = owner),
          (select count(*) from uploads u where u.user_id = owner and u.status = 'pending' and u.expires_at > now())
            + (select count(*) from direct_uploads d where d.user_id = owner and d.expires_at > now()),
          (select coalesce(sum(u.bytes), 0)::bigint from uploads u where u.user_id = owner
            and u.original_deleted_at is null
            and u.status in ('pending', 'confirmed', 'published', 'superseded', 'withdrawn'))
            + (select coalesce(sum(d.bytes), 0)::bigint from direct_uploads d where d.user_id = owner and d.expires_at > now()),
          count(*), min(made.at)
        from (
          select u.uploaded_at as at from uploads u where u.user_id = owner and u.id >= since
          union all
          select d.created_at from direct_uploads d where d.user_id = owner and d.id >= since
          union all
          select r.at from refused_uploads r where r.user_id = owner and r.id >= since
        ) as made;
      end $$`.execute(db)
  },
}
