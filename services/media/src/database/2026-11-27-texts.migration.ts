import { type Migration, sql } from 'kysely'

/** The text of an avatar can change; accounts is told each time. */
export const texts: Migration = {
  async up(db) {
    await sql`
      alter table avatars
        add column text_revision integer not null default 0,
        add column text_told integer not null default 0,
        add column text_untold_since timestamptz(3)`.execute(db)
    await sql`
      create index avatars_text_untold on avatars (text_untold_since)
      where text_untold_since is not null`.execute(db)
  },
}
