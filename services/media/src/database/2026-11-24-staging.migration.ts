import { type Migration, sql } from 'kysely'

/**
 * Locking a user and counting what they have, in one call: each statement of a volatile function sees what was
 * committed before it began (PostgreSQL, Function Volatility Categories), so the count cannot miss what the
 * holder of the lock committed. A plain statement could: its snapshot is older than the lock.
 */
export const staging: Migration = {
  async up(db) {
    await sql`
      create index uploads_stored on uploads (user_id) include (bytes)
      where original_deleted_at is null
        and status in ('pending', 'confirmed', 'published', 'superseded', 'withdrawn')`.execute(db)
    await sql`
      create function open_uploads(owner uuid, since uuid)
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
        ) as made;
      end $$`.execute(db)
  },
}
