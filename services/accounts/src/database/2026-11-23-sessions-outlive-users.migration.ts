import { type Migration, sql } from 'kysely'

/** An ended session is kept until its tokens have expired, even when its user is erased; users by e-mail hash. */
export const sessionsOutliveUsers: Migration = {
  async up(db) {
    await sql`alter table sessions drop constraint sessions_user_id_fkey`.execute(db)
    // How Gravatar and Libravatar name people.
    await sql`create index users_email_md5 on users (md5(email_key))`.execute(db)
    await sql`create index users_email_sha256 on users (encode(sha256(email_key::bytea), 'hex'))`.execute(db)
  },
}
