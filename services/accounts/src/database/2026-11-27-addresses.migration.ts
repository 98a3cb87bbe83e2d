import { type Migration, sql } from 'kysely'

/**
 * Client addresses as `inet`. Until now they were what a proxy wrote: with a port, in brackets, with a zone, IPv4 as
 * IPv6, or no address at all, which becomes null.
 */
export const addresses: Migration = {
  async up(db) {
    await sql`
      create function pg_temp.read_address(given text) returns inet language sql immutable as $$
        select case when plain !~ '/' and pg_input_is_valid(plain, 'inet') then plain::inet end
        from regexp_replace(given, '^\\[(.*)\\](:\\d+)?$', '\\1') unbracketed,
          regexp_replace(unbracketed, '^([\\d.]+):\\d+$', '\\1') portless,
          regexp_replace(portless, '%.*$', '') zoneless,
          regexp_replace(zoneless, '^::ffff:(?=\\d+\\.)', '', 'i') plain
      $$`.execute(db)
    await sql`alter table activities alter column ip type inet using pg_temp.read_address(ip)`.execute(db)
    await sql`alter table sessions alter column ip type inet using pg_temp.read_address(ip)`.execute(db)
    await sql`drop function pg_temp.read_address`.execute(db)
  },
}
