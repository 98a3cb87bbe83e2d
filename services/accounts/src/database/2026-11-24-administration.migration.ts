import { type Migration, sql } from 'kysely'

/** Who did it, where it was not the user: managers and administrators act on others. */
export const administration: Migration = {
  async up(db) {
    await sql`alter table activities add column actor_id uuid`.execute(db)
    await sql`create index users_role on users (role) where role <> 'user'`.execute(db)
  },
}
