import type { Role } from '@likeness/contracts'
import type { Database } from '@likeness/runtime/database'
import { gatheredRead } from '@likeness/runtime/gathered-read'
import { statement } from '@likeness/runtime/prepared'
import { type Counted, counting } from './attempts.table.js'
import type { Tables } from './database.js'
import { isLive, type SessionRow } from './sessions.table.js'

type Db = Database<Tables>

/** What a live session's tokens are made of, and what decides whether its user may go on with it. */
export type Refreshable = Pick<SessionRow, 'id' | 'user_id' | 'seed'> & {
  readonly role: Role
  readonly disabled_at: Date | null
}

export const findRefreshable = gatheredRead<Refreshable>()(
  'find-refreshable',
  { session_id: 'uuid' },
  `select asked.nth, sessions.id, sessions.user_id, sessions.seed, users.role, users.disabled_at
  from asked join sessions on sessions.id = asked.session_id join users on users.id = sessions.user_id
  where ${isLive}`,
)

/**
 * Counts an attempt and, within its quota, moves a live session on from a generation to its next refresh token, in one
 * statement: of concurrent attempts with one generation, one succeeds.
 * @returns when the session expires now; undefined when the quota is used up, and when it has moved on or ended
 */
export async function rotateSession(
  db: Db,
  { id, generation }: Pick<SessionRow, 'id' | 'generation'>,
  attempt: { key: Buffer; seconds: number; quota: number },
  { slidingDays, ip, userAgent }: { slidingDays: number; ip: string | null; userAgent: string | null },
): Promise<{ counted: Counted; expires_at: Date | undefined }> {
  const { key, seconds, quota } = attempt
  const [row] = await rotate(db, id, generation, slidingDays, ip, userAgent, key, seconds, quota)
  if (!row) throw new Error('an attempt just counted is not there')
  const { expires_at, ...counted } = row
  return { counted: { key, ...counted }, expires_at: expires_at ?? undefined }
}
const rotate = statement<Omit<Counted, 'key'> & { expires_at: Date | null }>(
  'rotate-session',
  `with counted as (
    ${counting('(values ($6::bytea, $7::float8)) as given (key, seconds)')}
  ), rotated as (
    update sessions set generation = generation + 1, rotated_at = now(), last_used_at = now(),
      expires_at = least(now() + make_interval(days => $3), last_day), ip = $4, user_agent = $5
    where id = $1 and generation = $2 and ${isLive} and (select count from counted) <= $8
    returning expires_at
  )
  select counted.count, counted."resetsInSeconds", rotated.expires_at from counted left join rotated on true`,
)
