import { type Migration, sql } from 'kysely'

/** In which transaction a session ended: times say when transactions began, not in which order they commit. */
export const endedSessions: Migration = {
  async up(db) {
    await sql`alter table sessions add column ended_in xid8`.execute(db)
    await sql`
      create function note_ending() returns trigger language plpgsql as $$
      begin
        new.ended_in := pg_current_xact_id();
        return new;
      end $$`.execute(db)
    // Whatever ends a session, a process of the release before too.
    await sql`
      create trigger sessions_ending before insert or update of ended_at on sessions
      for each row when (new.ended_at is not null) execute function note_ending()`.execute(db)
    await sql`create index sessions_ended_in on sessions (ended_in) where ended_in is not null`.execute(db)
  },
}
