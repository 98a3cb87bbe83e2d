import { type Migration, sql } from 'kysely'

/** Extra profile fields, as the user's group has them. */
export const customFields: Migration = {
  async up(db) {
    await sql`alter table profiles add column custom jsonb not null default '{}'`.execute(db)
  },
}
