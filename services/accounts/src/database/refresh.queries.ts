import type { Role } from '@likeness/contracts'
import type { Database } from '@likeness/runtime/database'
import { gatheredRead } from '@likeness/runtime/gathered-read'
import { statement } from '@likeness/runtime/prepared'
import { type Numbered, sharedStatement } from '@likeness/runtime/shared-statement'
import { type Counted, counting } from './attempts.table.js'
import type { Tables } from './database.js'
import { isLive, type SessionRow } from './sessions.table.js'

type Db = Database<Tables>

/** A live session, with the role and the standing of its user: enough to make its tokens, or to refuse them. */
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

/** An attempt to move a session on from a generation. */
type Rotation = Pick<SessionRow, 'id' | 'generation' | 'ip' | 'user_agent'> & {
  /** How long the session lives when unused. */
  readonly days: number
  /** The limit that counts the attempt. */
  readonly key: Buffer
  readonly seconds: number
  readonly quota: number
}
type Rotated = Omit<Counted, 'key'> & { readonly expires_at: Date | null }

/**
 * Counts an attempt and, within its quota, moves a live session on from a generation to its next refresh token, in one
 * statement, which those who ask in one moment share (ADR 50): of concurrent attempts with one generation, one succeeds.
 * @returns the count, and when the session expires from now on: null when the quota is used up, or when the session has
 * moved on or ended. Undefined when it is deleted
 */
export async function rotateSession(db: Db, rotation: Rotation): Promise<Rotated | undefined> {
  const shared = await share(db, rotation)
  if (shared?.found) return shared
  const [waited] = await rotateWaiting(db, ...valuesOf([rotation]))
  return waited?.found ? waited : undefined
}

const columns = ['id', 'generation', 'days', 'ip', 'user_agent', 'key', 'seconds', 'quota'] as const
const valuesOf = (rotations: readonly Rotation[]) =>
  columns.map((column) => rotations.map((rotation) => rotation[column]))

/** `found`: the session is there and nobody else has it, nor an earlier call of the same statement. */
type Attempted = Rotated & { readonly found: boolean }

// A session's row is locked before its count is: two statements never wait for each other.
const rotating = (name: string, locking: string) =>
  statement<Numbered<Attempted>>(
    name,
    `with given as (
      select *, row_number() over (partition by id order by nth) = 1 as is_first
      from unnest(
        $1::uuid[], $2::integer[], $3::integer[], $4::text[], $5::text[], $6::bytea[], $7::float8[], $8::integer[]
      ) with ordinality as given (${columns.join(', ')}, nth)
    ), held as (
      select sessions.id from sessions join given on given.id = sessions.id and is_first
      order by sessions.id for no key update of sessions ${locking}
    ), asked as (
      select given.* from given join held using (id) where is_first
    ), counted as (
      ${counting('asked')}
    ), rotated as (
      update sessions set generation = sessions.generation + 1, rotated_at = now(), last_used_at = now(),
        expires_at = least(now() + make_interval(days => days), last_day),
        ip = asked.ip::inet, user_agent = asked.user_agent
      from asked join counted using (key)
      where sessions.id = asked.id and sessions.generation = asked.generation and ${isLive}
        and counted.count <= asked.quota
      returning sessions.id, sessions.expires_at
    )
    select given.nth::integer - 1 as nth, asked.nth is not null as found,
      counted.count, counted."resetsInSeconds", rotated.expires_at
    from given left join asked using (nth) left join counted on counted.key = asked.key
      left join rotated on rotated.id = asked.id`,
  )
const rotateFree = rotating('rotate-free-sessions', 'skip locked')
const rotateWaiting = rotating('rotate-session', '')

const share = sharedStatement<Rotation, Attempted>({
  together: (db, rotations) => rotateFree(db, ...valuesOf(rotations)),
  pauseMs: 0,
})
