import type { UploadEventType, UploadStatus } from '@likeness/contracts'
import type { Database } from '@likeness/runtime/database'
import { type Expression, type SqlBool, sql, type UpdateObject } from 'kysely'
import type { Actor } from './actor.js'
import type { Tables } from './database.js'
import type { UploadKey, UploadRow } from './uploads.table.js'

type Event = {
  readonly type: UploadEventType
  readonly actor: Actor
  readonly details?: Record<string, unknown>
}

/**
 * The state machine: every transition is one conditional update and its event, so a state never changes without its trace
 * and the loser of a race changes nothing. This makes one; hot ones are written out, and those of a publication are
 * functions of the database. The event names the upload's version at that moment.
 * @returns the row as changed, or undefined when it was no longer in a state that allows it
 */
export function transition(
  db: Database<Tables>,
  key: UploadKey,
  from: readonly UploadStatus[],
  set: UpdateObject<Tables, 'uploads'>,
  event: Event,
  condition: Expression<SqlBool> = sql<SqlBool>`true`,
): Promise<UploadRow | undefined> {
  return (
    db
      // Locked first, so that the status before is the one that this changes.
      .with('before', (query) =>
        query
          .selectFrom('uploads')
          .select(['user_id', 'id', 'status', 'version'])
          .where('user_id', '=', key.user_id)
          .where('id', '=', key.id)
          .where('status', 'in', from)
          .where(condition)
          .forNoKeyUpdate(),
      )
      .with('changed', (query) =>
        query
          .updateTable('uploads')
          .from('before')
          .set(set)
          .whereRef('uploads.user_id', '=', 'before.user_id')
          .whereRef('uploads.id', '=', 'before.id')
          .returningAll('uploads'),
      )
      .with('event', (query) =>
        query
          .insertInto('upload_events')
          .columns(['user_id', 'upload_id', 'type', 'actor_id', 'ip', 'user_agent', 'details', 'changes'])
          .expression((made) =>
            made
              .selectFrom('changed')
              .innerJoin('before', 'before.id', 'changed.id')
              .select([
                'changed.user_id',
                'changed.id',
                sql<UploadEventType>`${event.type}`.as('type'),
                sql<string | null>`${event.actor.id}::uuid`.as('actor_id'),
                sql<string | null>`${event.actor.ip}::inet`.as('ip'),
                sql<string | null>`${event.actor.userAgent}::text`.as('user_agent'),
                sql<string>`${JSON.stringify(event.details ?? {})}::jsonb
                || jsonb_strip_nulls(jsonb_build_object('version', changed.version))`.as('details'),
                (from.length > 1 ? statusAndVersion : nothing).as('changes'),
              ]),
          ),
      )
      .selectFrom('changed')
      .selectAll()
      .executeTakeFirst()
  )
}

const nothing = sql<string | null>`null::jsonb`
/** What the type of an event does not say, where a transition has several states to start from. */
const statusAndVersion = sql<string | null>`
  case when before.status <> changed.status
    then jsonb_build_object('status', jsonb_build_object('before', before.status, 'after', changed.status))
    else '{}' end
  || case when before.version is distinct from changed.version
    then jsonb_build_object('version', jsonb_build_object('before', before.version, 'after', changed.version))
    else '{}' end`

/** The time of the transaction, for a column. */
export const now = sql<Date>`now()`
