import type { EndedSessions } from '@likeness/contracts'
import type { Database, Transaction } from '@likeness/runtime/database'
import { newId } from '@likeness/runtime/ids'
import { statement } from '@likeness/runtime/prepared'
import { type ColumnType, type Generated, type Selectable, sql } from 'kysely'
import type { Origin } from './activities.table.js'
import type { Tables } from './database.js'

/** One device that is logged in, and the family of refresh tokens it was given, one generation after another. */
export type SessionsTable = {
  id: string
  user_id: string
  /** 256 random bits its refresh tokens are derived from; useless without KEY_SECRET. */
  seed: Buffer
  /** Number of the one refresh token that is still unused. */
  generation: Generated<number>
  rotated_at: ColumnType<Date | null, never, Date>
  created_at: Generated<Date>
  last_used_at: Generated<Date>
  /** Slides with every use, up to `last_day`. */
  expires_at: Date
  last_day: Date
  ended_at: ColumnType<Date | null, never, Date>
  end_reason: ColumnType<EndReason | null, never, EndReason>
  /** The transaction that ended it; a trigger on the table records it. */
  ended_in: ColumnType<string | null, never, never>
  /** The address and device of the last use. */
  ip: string | null
  user_agent: string | null
}
export type SessionRow = Selectable<SessionsTable>

export type EndReason =
  | 'logout'
  | 'refresh-reused'
  | 'password-changed'
  | 'role-changed'
  | 'email-change-stopped'
  | 'disabled'
  | 'closed'

type Db = Database<Tables>
const now = sql<Date>`now()`

const columns: { readonly [Column in keyof SessionsTable]: true } = {
  id: true,
  user_id: true,
  seed: true,
  generation: true,
  rotated_at: true,
  created_at: true,
  last_used_at: true,
  expires_at: true,
  last_day: true,
  ended_at: true,
  end_reason: true,
  ended_in: true,
  ip: true,
  user_agent: true,
}
const session = Object.keys(columns).join(', ')
/** The condition of sessions that are live, in a statement. */
export const isLive = 'sessions.ended_at is null and sessions.expires_at > now()'

/**
 * Opens a session of someone who logs in, with its activity.
 * @param days how long it lives when unused, and at most
 * @returns it, and whether they logged in before: at all, and from a device that calls itself the same
 */
export async function openSession(
  db: Db,
  { userId, seed }: { userId: string; seed: Buffer },
  { ip, userAgent, details }: Origin,
  { sliding, absolute }: { sliding: number; absolute: number },
): Promise<{ session: SessionRow; before: { any: boolean; same: boolean } }> {
  const id = newId()
  const days = Math.min(sliding, absolute)
  const noted = JSON.stringify({ sessionId: id, ...details })
  const [row] = await open(db, id, userId, seed, ip, userAgent, days, absolute, newId(), noted)
  if (!row) throw new Error('a session just inserted is not there')
  const { any, same, ...session } = row
  return { session, before: { any, same } }
}
const logins = `select from activities where user_id = $2 and type = 'login'`
// The statement sees the activities before its own.
const open = statement<SessionRow & { any: boolean; same: boolean }>(
  'open-session',
  `with opened as (
    insert into sessions (id, user_id, seed, ip, user_agent, expires_at, last_day)
    values ($1, $2, $3, $4, $5, now() + make_interval(days => $6), now() + make_interval(days => $7))
    returning ${session}
  ), noted as (
    insert into activities (id, user_id, type, ip, user_agent, details)
    select $8::uuid, user_id, 'login', ip, user_agent, $9::jsonb from opened
  )
  select ${session}, exists (${logins}) as any, exists (${logins} and user_agent is not distinct from $5) as same
  from opened`,
)

export async function findLiveSession(db: Db, id: string): Promise<SessionRow | undefined> {
  return (await findLive(db, id))[0]
}
const findLive = statement<SessionRow>(
  'find-live-session',
  `select ${session} from sessions where id = $1 and ${isLive}`,
)

/**
 * Live sessions of a user, newest first, older than `after`. Their order does not depend on when they were last used.
 */
export function listLiveSessions(
  db: Db,
  userId: string,
  page: { after: string | undefined; limit: number },
): Promise<SessionRow[]> {
  let query = db
    .selectFrom('sessions')
    .selectAll()
    .where('user_id', '=', userId)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', now)
  if (page.after !== undefined) query = query.where('id', '<', page.after)
  return query.orderBy('id', 'desc').limit(page.limit).execute()
}

/** The live session that moved on from a generation within the last seconds, by the database's clock. */
export function findJustRotated(
  db: Db,
  id: string,
  generation: number,
  seconds: number,
): Promise<SessionRow | undefined> {
  return db
    .selectFrom('sessions')
    .selectAll()
    .where('id', '=', id)
    .where('generation', '=', generation + 1)
    .where('rotated_at', '>', sql<Date>`now() - make_interval(secs => ${seconds})`)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirst()
}

/** Ends live sessions of a user, all or the one named. Returns the ids of those that were live. */
export async function endSessions(
  db: Db,
  userId: string,
  reason: EndReason,
  which: { id?: string; except?: string } = {},
): Promise<string[]> {
  const { id, except } = which
  let query = db
    .updateTable('sessions')
    .set({ ended_at: now, end_reason: reason })
    .where('user_id', '=', userId)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', now)
  if (id !== undefined) query = query.where('id', '=', id)
  if (except !== undefined) query = query.where('id', '!=', except)
  const ended = await query.returning('id').execute()
  return ended.map((row) => row.id)
}

/** Ends every session of a user who leaves, and removes what is personal; upkeep deletes the rest. */
export async function forgetSessions(trx: Transaction<Tables>, userId: string): Promise<void> {
  await trx
    .updateTable('sessions')
    .set({
      ended_at: sql<Date>`coalesce(ended_at, now())`,
      end_reason: sql<EndReason>`coalesce(end_reason, 'closed')`,
      ip: null,
      user_agent: null,
    })
    .where('user_id', '=', userId)
    .execute()
}

/** All sessions of a user that are still stored, as their export shows them. */
export function listSessionsOf(db: Db, userId: string) {
  return db
    .selectFrom('sessions')
    .select(['id', 'created_at as createdAt', 'last_used_at as lastUsedAt', 'expires_at as expiresAt'])
    .select(['ended_at as endedAt', 'end_reason as endReason', 'ip', 'user_agent as userAgent'])
    .where('user_id', '=', userId)
    .orderBy('id', 'desc')
    .execute()
}

/**
 * Sessions that ended, and the position to ask from next. A transaction still running at one look is not missed by the
 * next, however long it takes. Some sessions are listed twice.
 * @param since the position the last look gave
 * @returns undefined when this database never gave that position, for example after a restore from a backup
 */
export async function listSessionsEndedSince(db: Db, since: string): Promise<EndedSessions | undefined> {
  const { rows } = await sql<EndedSessions & { ahead: boolean }>`
    select coalesce((select array_agg(id) from sessions where ended_in >= ${since}::xid8), '{}') as sessions,
      pg_snapshot_xmin(pg_current_snapshot())::text as until,
      ${since}::xid8 > pg_snapshot_xmax(pg_current_snapshot()) as ahead`.execute(db)
  const [row] = rows
  return row && !row.ahead ? { sessions: row.sessions, until: row.until } : undefined
}

/** Sessions that ended within the last seconds, and the position to ask from next. */
export async function listSessionsEndedWithin(db: Db, seconds: number): Promise<EndedSessions> {
  const { rows } = await sql<EndedSessions>`
    select coalesce((
        select array_agg(id) from sessions where ended_at >= now() - make_interval(secs => ${seconds})
      ), '{}') as sessions,
      pg_snapshot_xmin(pg_current_snapshot())::text as until`.execute(db)
  const [row] = rows
  if (!row) throw new Error('a query without a table returned no row')
  return row
}

/** Deletes sessions that ended or expired more than `days` ago; returns how many. */
export async function pruneSessions(db: Db, days: number): Promise<number> {
  const before = sql<Date>`now() - make_interval(days => ${days})`
  const { numDeletedRows } = await db
    .deleteFrom('sessions')
    .where((is) => is.or([is('expires_at', '<', before), is('ended_at', '<', before)]))
    .executeTakeFirstOrThrow()
  return Number(numDeletedRows)
}
