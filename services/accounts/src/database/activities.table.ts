import type { ActedBy, ActivityType, ActorKind, Changes, Language, Role } from '@likeness/contracts'
import type { Database } from '@likeness/runtime/database'
import { newId } from '@likeness/runtime/ids'
import { byCommand } from '@likeness/runtime/os-user'
import { statement } from '@likeness/runtime/prepared'
import { retentionBy } from '@likeness/runtime/trail/audit-events'
import type { RunBy } from '@likeness/runtime/upkeep'
import { type ColumnType, type Generated, type Selectable, sql } from 'kysely'
import type { Tables } from './database.js'

/** The activity on accounts. Append-only. */
export type ActivitiesTable = {
  id: string
  /** null for a login that named no account: the same row is written, so the same work is done. */
  user_id: string | null
  type: ActivityType
  at: Generated<Date>
  ip: string | null
  user_agent: string | null
  details: ColumnType<Record<string, unknown>, string, never>
  /** The person who did it, if not the user; null also when no person did. */
  actor_id: Generated<string | null>
  /** null when a person did it: the user, or `actor_id`. */
  actor_kind: Generated<Exclude<ActorKind, 'person'> | null>
  changes: ColumnType<Changes | null, string | null | undefined, never>
  seq: ColumnType<number, never, never>
  /** The role they had then; also of the command line, which is an administrator without an id. */
  actor_role: Generated<Role | null>
}
export type ActivityRow = Selectable<ActivitiesTable>

type Db = Database<Tables>

/** The origin of a request, as activity rows and sessions keep it. */
export type Origin = {
  readonly ip: string | null
  readonly userAgent: string | null
  /** The language of the request, for e-mails to people who have not chosen one. */
  readonly language: Language
  /** What acts, if it is no person. */
  readonly kind?: Exclude<ActorKind, 'person'>
  /** What the details of an activity say of it. */
  readonly details?: Readonly<Record<string, unknown>>
}
/** The origin of what no request does. */
export const ourselves: Origin = { ip: null, userAgent: null, language: 'en', kind: 'upkeep' }
/** The origin of commands on the machine, with the user of the operating system. */
export const commandLine = (): Origin => ({ ...ourselves, details: byCommand() })

/** Converts the actor that media reports for an activity row, which names the actor only if it is not the user. */
export const byActor = (
  userId: string,
  actor: ActedBy | null,
): { readonly origin: Origin; readonly actorId: string | null } => ({
  origin: actor
    ? { ip: actor.ip, userAgent: actor.userAgent, language: 'en' }
    : { ...ourselves, kind: 'service' },
  actorId: actor === null || actor.id === userId ? null : actor.id,
})

export async function insertActivity(
  db: Db,
  activity: {
    userId: string | null
    type: ActivityType
    origin: Origin
    actorId?: string | null
    /** Where it is not that of `actorId`. */
    actorRole?: Role
    changes?: Changes
    details?: Readonly<Record<string, unknown>>
  },
): Promise<void> {
  const { userId, type, origin, actorId = null, actorRole = null, changes } = activity
  const details = { ...activity.details, ...origin.details }
  await insertOne(
    db,
    ...[newId(), userId, type, origin.ip, origin.userAgent, JSON.stringify(details), actorId, origin.kind],
    changes && JSON.stringify(changes),
    actorRole,
  )
}
/** The role that an actor has now, for the text of a statement. */
export const roleOfActor = (actorId: string): string => `(select role from users where id = ${actorId}::uuid)`

const insertOne = statement(
  'insert-activity',
  `insert into activities (id, user_id, type, ip, user_agent, details, actor_id, actor_kind, changes, actor_role)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, coalesce($10, ${roleOfActor('$7')}))`,
)

/** Records a failed login of an account or of none. An account closed meanwhile counts as none, for the same work. */
export async function insertFailedLogin(db: Db, userId: string | null, origin: Origin): Promise<void> {
  await sql`
    insert into activities (id, user_id, type, ip, user_agent)
    values (${newId()}, (select id from users where id = ${userId}::uuid for key share), 'login-failed',
      ${origin.ip}, ${origin.userAgent})`.execute(db)
}

/** Whether this activity was recorded before, with these details. */
export async function hasActivity(
  db: Db,
  userId: string,
  type: ActivityType,
  details: Readonly<Record<string, unknown>>,
): Promise<boolean> {
  const row = await db
    .selectFrom('activities')
    .select('id')
    .where('user_id', '=', userId)
    .where('type', '=', type)
    .where(sql<boolean>`details @> ${JSON.stringify(details)}::jsonb`)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** The address, masked, that a user last asked for in place of theirs; undefined once that is not kept any more. */
export async function findAskedEmail(db: Db, userId: string): Promise<string | undefined> {
  const { rows } = await sql<{ email: string }>`
    select details ->> 'to' as email from activities
    where user_id = ${userId} and type = 'email-change-requested' order by id desc limit 1`.execute(db)
  return rows[0]?.email
}

/** Newest first, older than `after`. Ids are UUID v7, so they sort by time. */
export function listActivities(
  db: Db,
  userId: string,
  filter: { type?: ActivityType | undefined; from?: string | undefined; to?: string | undefined },
  page: { after: string | undefined; limit: number },
): Promise<ActivityRow[]> {
  let query = db.selectFrom('activities').selectAll().where('user_id', '=', userId)
  if (filter.type !== undefined) query = query.where('type', '=', filter.type)
  if (filter.from !== undefined) query = query.where('at', '>=', new Date(filter.from))
  if (filter.to !== undefined) query = query.where('at', '<', new Date(filter.to))
  if (page.after !== undefined) query = query.where('id', '<', page.after)
  return query.orderBy('id', 'desc').limit(page.limit).execute()
}

/** Activities on all accounts in order, after one and up to another. */
export function listActivitiesAfter(
  db: Db,
  { after, to, limit }: { after: number; to: number; limit: number },
): Promise<ActivityRow[]> {
  return db
    .selectFrom('activities')
    .selectAll()
    .where('seq', '>', after)
    .where('seq', '<=', to)
    .orderBy('seq')
    .limit(limit)
    .execute()
}

/** Deletes activity more than `days` old, by the function of retention; returns the number of rows. @param by who has it run */
export async function pruneActivities(db: Db, days: number, by?: RunBy): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select prune_activities(${days}, ${retentionBy(by)}::jsonb) as count`.execute(db)
  return rows[0]?.count ?? 0
}

/** Deletes the activity on an account, and what is its person's elsewhere in the trail, by the function of erasure. */
export async function eraseTrail(db: Db, userId: string): Promise<void> {
  await sql`select erase_trail(${userId})`.execute(db)
}
