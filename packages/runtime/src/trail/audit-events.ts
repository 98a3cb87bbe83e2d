import {
  type AuditAction,
  type AuditEvent,
  type AuditQuery,
  type Changes,
  isKeyId,
  type Role,
} from '@likeness/contracts'
import { type ColumnType, type Generated, type Kysely, type Selectable, sql } from 'kysely'
import { byCommand } from '../os-user.js'
import { statement } from '../prepared.js'
import type { RunBy } from '../upkeep.js'

/** Acts that change no upload and no account, refused attempts, and what retention and erasure removed. Append-only. */
export type AuditEventsTable = {
  seq: ColumnType<number, never, never>
  at: Generated<Date>
  action: AuditAction
  actor_kind: AuditEvent['actorKind']
  actor_id: string | null
  actor_role: Role | null
  /** The person it is about. */
  user_id: string | null
  upload_id: string | null
  ip: string | null
  user_agent: string | null
  outcome: AuditEvent['outcome']
  problem: string | null
  changes: ColumnType<Changes | null, string | null, never>
  details: ColumnType<Record<string, unknown>, string, never>
}
export type AuditEventRow = Selectable<AuditEventsTable>

/** A person who acts, at an address and a device, with a rank. */
export type RankedActor = {
  readonly id: string
  readonly role: Role
  readonly ip: string | null
  readonly userAgent: string | null
}

/** A database of any tables, or a transaction: the texts here are not typed. */
export type AnyDatabase = Pick<Kysely<unknown>, 'executeQuery' | 'getExecutor'>

/** What is appended to the audit. */
export type NewAuditEvent = {
  readonly action: AuditAction
  readonly userId?: string | null
  readonly uploadId?: string | null
  /** The code of the refusal, if it was refused. */
  readonly problem?: string
  readonly changes?: Changes
  readonly details?: Readonly<Record<string, unknown>>
}

/**
 * Appends an event of a person, of a command on the machine, whose details say who ran it, or of the service by itself.
 * Values of `details` and `changes` go when the person it is about is erased.
 */
export async function insertAuditEvent(
  db: AnyDatabase,
  actor: RankedActor | 'command' | 'upkeep',
  event: NewAuditEvent,
): Promise<void> {
  const { action, userId = null, uploadId = null, problem = null, changes } = event
  const details = { ...event.details, ...(actor === 'command' && byCommand()) }
  const by = typeof actor === 'string' ? undefined : actor
  await insertOne(
    db,
    ...[action, by ? 'person' : 'upkeep', by?.id, by?.role, userId, uploadId, by?.ip, by?.userAgent],
    ...[problem, changes && JSON.stringify(changes), JSON.stringify(details)],
  )
}
const insertOne = statement(
  'insert-audit-event',
  `insert into audit_events
    (action, actor_kind, actor_id, actor_role, user_id, upload_id, ip, user_agent, outcome, problem, changes, details)
  values ($1, $2, $3, $4, $5, $6, $7, $8, case when $9::text is null then 'done' else 'refused' end, $9, $10, $11)`,
)

/** Records an act, in the transaction that does it. */
export type NoteAct = (db: AnyDatabase, event: NewAuditEvent) => Promise<void>

/** Notes the act of a command on the machine. */
export const noteCommand: NoteAct = (db, event) => insertAuditEvent(db, 'command', event)

/** The names of the filters that a list was asked for with, and that it goes on, for `details`. */
export const filtersOf = ({ cursor, ...filters }: Readonly<Record<string, unknown>>) => ({
  filters: Object.entries(filters).flatMap(([name, value]) =>
    name === 'limit' || name === 'sort' || value === undefined ? [] : [name],
  ),
  ...(cursor !== undefined && { continued: true }),
})

/** Newest first, older than `after`. */
export async function listAuditEvents(
  db: AnyDatabase,
  { actorId, userId, action, from, to }: Omit<AuditQuery, 'limit' | 'cursor'>,
  page: { after: string | undefined; limit: number },
): Promise<AuditEventRow[]> {
  const conditions = [
    ...(actorId === undefined ? [] : [sql`actor_id = ${actorId}`]),
    ...(userId === undefined ? [] : [sql`user_id = ${userId}`]),
    ...(action === undefined ? [] : [sql`action = ${action}`]),
    ...(from === undefined ? [] : [sql`at >= ${new Date(from)}`]),
    ...(to === undefined ? [] : [sql`at < ${new Date(to)}`]),
    ...(page.after === undefined ? [] : [sql`seq < ${Number(page.after)}`]),
  ]
  const where = conditions.length === 0 ? sql`` : sql`where ${sql.join(conditions, sql` and `)}`
  const { rows } = await sql<AuditEventRow>`
    select * from audit_events ${where} order by seq desc limit ${page.limit}`.execute(db)
  return rows
}

/** Who has retention run, as its events say. */
export const retentionBy = (by: RunBy = {}): string => JSON.stringify({ startedBy: 'schedule', ...by })

/** Removes events more than `days` old, at most `limit`, by the function of retention. @returns how many */
export async function pruneAuditEvents(
  db: AnyDatabase,
  { days, limit, by }: { days: number; limit: number; by: RunBy | undefined },
): Promise<number> {
  const { rows } = await sql<{ removed: number }>`
    select prune_audit(${days}, ${limit}, ${retentionBy(by)}::jsonb) as removed`.execute(db)
  return rows[0]?.removed ?? 0
}

/** How many events are more than `days` old. */
export async function countOldAuditEvents(db: AnyDatabase, days: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from audit_events where at < now() - make_interval(days => ${days})`.execute(db)
  return rows[0]?.count ?? 0
}

/** An event as its readers see it. */
export const viewAuditEvent = (row: AuditEventRow): AuditEvent => ({
  seq: row.seq,
  at: row.at.toISOString(),
  action: row.action,
  actorKind: isKeyId(row.actor_id) ? 'key' : row.actor_kind,
  actorId: row.actor_id,
  actorRole: row.actor_role,
  userId: row.user_id,
  uploadId: row.upload_id,
  ip: row.ip,
  userAgent: row.user_agent,
  outcome: row.outcome,
  problem: row.problem,
  changes: row.changes ?? {},
  details: row.details,
})
