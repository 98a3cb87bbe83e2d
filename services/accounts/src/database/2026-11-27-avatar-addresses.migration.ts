import { type Migration, sql } from 'kysely'

/** Profiles keep what the addresses of an avatar are made of, in place of the addresses. */
export const avatarAddresses: Migration = {
  async up(db) {
    await sql`
      update profiles set avatar = avatar - 'urls' || jsonb_build_object(
        'pathVersion', coalesce(
          substring((avatar -> 'urls')::text from '/v1/avatars/[^/"]+/([0-9]+)/')::bigint, avatar_version),
        'sizes', coalesce((
          select jsonb_agg(size::integer order by size::integer)
          from jsonb_object_keys(avatar -> 'urls') as size), '[]'),
        'formats', coalesce((
          select jsonb_agg(format order by array_position(array['avif', 'webp', 'jpeg'], format))
          from (select distinct jsonb_object_keys(value) as format from jsonb_each(avatar -> 'urls')) as found), '[]'))
      where avatar ? 'urls'`.execute(db)
  },
}
