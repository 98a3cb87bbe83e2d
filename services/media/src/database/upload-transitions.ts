import { type Crop, isSquare, type UploadEventType, type UploadStatus } from '@likeness/contracts'
import type { Database, Transaction } from '@likeness/runtime/database'
import { type Expression, type SqlBool, sql, type UpdateObject } from 'kysely'
import { type Actor, theWorker } from './actor.js'
import type { Tables } from './database.js'
import { type ConfirmedRow, isOfSomebody, type UploadKey, type UploadRow } from './uploads.table.js'

type Db = Database<Tables>
type Event = {
  readonly type: UploadEventType
  readonly actor: Actor
  readonly details?: Record<string, unknown>
}

const now = sql<Date>`now()`

/**
 * The state machine: every transition is this one statement, a conditional update and its event, so a
 * state never changes without its trace and the loser of a race changes nothing. The event names the upload's
 * version at that moment.
 * @returns the row as changed, or undefined when it was no longer in a state that allows it
 */
function transition(
  db: Db,
  key: UploadKey,
  from: readonly UploadStatus[],
  set: UpdateObject<Tables, 'uploads'>,
  event: Event,
  condition: Expression<SqlBool> = sql<SqlBool>`true`,
): Promise<UploadRow | undefined> {
  return db
    .with('changed', (query) =>
      query
        .updateTable('uploads')
        .set(set)
        .where('user_id', '=', key.user_id)
        .where('id', '=', key.id)
        .where('status', 'in', from)
        .where(condition)
        .returningAll(),
    )
    .with('event', (query) =>
      query
        .insertInto('upload_events')
        .columns(['user_id', 'upload_id', 'type', 'actor_id', 'ip', 'user_agent', 'details'])
        .expression((changed) =>
          changed.selectFrom('changed').select([
            'changed.user_id',
            'changed.id',
            sql<UploadEventType>`${event.type}`.as('type'),
            sql<string | null>`${event.actor.id}::uuid`.as('actor_id'),
            sql<string | null>`${event.actor.ip}::inet`.as('ip'),
            sql<string | null>`${event.actor.userAgent}::text`.as('user_agent'),
            sql<string>`${JSON.stringify(event.details ?? {})}::jsonb
                || jsonb_strip_nulls(jsonb_build_object('version', changed.version))`.as('details'),
          ]),
        ),
    )
    .selectFrom('changed')
    .selectAll()
    .executeTakeFirst()
}

/** Notes the first decoding, once the preview is stored. The status stays as it is. */
export function markPrepared(db: Db, key: UploadKey, thumbhash: string): Promise<UploadRow | undefined> {
  return transition(
    db,
    key,
    ['pending', 'confirmed'],
    { prepared_at: now, thumbhash },
    { type: 'prepared', actor: theWorker },
    sql`prepared_at is null`,
  )
}

/** Counts another decoding that had to be killed. @returns how often that has happened */
export async function countDecodeKill(db: Db, key: UploadKey): Promise<number> {
  const row = await db
    .updateTable('uploads')
    .set({ decode_kills: sql<number>`decode_kills + 1` })
    .where('user_id', '=', key.user_id)
    .where('id', '=', key.id)
    .returning('decode_kills')
    .executeTakeFirst()
  return row?.decode_kills ?? 0
}

/** pending → rejected: the bytes cannot be decoded. */
export function markRejected(
  db: Db,
  key: UploadKey,
  failure: { code: string; detail: string },
): Promise<UploadRow | undefined> {
  return transition(
    db,
    key,
    ['pending'],
    {
      status: 'rejected',
      expires_at: null,
      closed_at: now,
      failure_code: failure.code,
      failure_detail: failure.detail,
    },
    { type: 'rejected', actor: theWorker, details: failure },
  )
}

/**
 * pending → confirmed, drawing the version that orders this user's confirmations.
 * Changes nothing if it has expired, if `sha256` differs, or if the crop is not a square within the picture.
 */
export function confirmPending(
  db: Db,
  key: UploadKey,
  choice: { crop: Crop | undefined; altText: string | undefined; sha256: string | undefined },
  actor: Actor,
): Promise<ConfirmedRow | undefined> {
  const { crop, altText, sha256 } = choice
  return transition(
    db,
    key,
    ['pending'],
    {
      status: 'confirmed',
      confirmed_at: now,
      expires_at: null,
      version: sql<number>`nextval('avatar_version')`,
      crop: crop ? JSON.stringify(crop) : null,
      alt_text: altText ?? null,
    },
    { type: 'confirmed', actor, details: crop ? { crop } : {} },
    sql`expires_at > now() and ${isOfSomebody}
      and (${sha256 ?? null}::text is null or sha256 = ${sha256 ?? null})
      and ${crop ? crop.x + crop.width : 0}::bigint <= width
      and ${crop ? crop.y + crop.height : 0}::bigint <= height
      and ${crop === undefined || isSquare(crop)}::boolean`,
  ) as Promise<ConfirmedRow | undefined>
}

/** pending → discarded. */
export function discardPending(
  db: Db,
  key: UploadKey,
  actor: Actor,
  reason?: string,
): Promise<UploadRow | undefined> {
  return transition(
    db,
    key,
    ['pending'],
    { status: 'discarded', expires_at: null, closed_at: now },
    { type: 'discarded', actor, details: reason === undefined ? {} : { reason } },
    sql`expires_at > now()`,
  )
}

/** confirmed: the variants are stored and the avatar row is written in the same transaction. */
export function markRendered(trx: Transaction<Tables>, key: UploadKey): Promise<UploadRow | undefined> {
  return transition(
    trx,
    key,
    ['confirmed'],
    { rendered_at: now },
    { type: 'rendered', actor: theWorker },
    sql`rendered_at is null`,
  )
}

/** confirmed → published: the profile shows this version, or a newer one was there first. */
export function markPublished(
  trx: Transaction<Tables>,
  key: UploadKey,
  version: number,
): Promise<UploadRow | undefined> {
  return transition(
    trx,
    key,
    ['confirmed'],
    { status: 'published', published_at: now },
    { type: 'published', actor: theWorker },
    sql`rendered_at is not null and version = ${version}`,
  )
}

/** published → superseded by a later decision: another picture, or none. */
export function markSuperseded(
  trx: Transaction<Tables>,
  key: UploadKey,
  by: number,
): Promise<UploadRow | undefined> {
  return transition(
    trx,
    key,
    ['published'],
    { status: 'superseded', closed_at: now },
    { type: 'superseded', actor: theWorker, details: { by } },
  )
}

/**
 * published, or live before accounts was told → withdrawn. An operator may also withdraw what its owner withdrew
 * before: from then on it is held.
 */
export function markWithdrawn(
  trx: Transaction<Tables>,
  key: UploadKey,
  actor: Actor,
  details: { by: number; reason?: string },
): Promise<UploadRow | undefined> {
  const byOperator = actor.id !== key.user_id
  return transition(
    trx,
    key,
    byOperator ? ['published', 'confirmed', 'withdrawn'] : ['published', 'confirmed'],
    { status: 'withdrawn', closed_at: now, ...(byOperator ? { held_at: now } : {}) },
    { type: 'withdrawn', actor, details },
    sql`rendered_at is not null and held_at is null`,
  )
}

/** superseded or withdrawn → confirmed, under a new version; its variants still exist. */
export function markRestored(
  trx: Transaction<Tables>,
  key: UploadKey,
  actor: Actor,
): Promise<ConfirmedRow | undefined> {
  return transition(
    trx,
    key,
    ['superseded', 'withdrawn'],
    {
      status: 'confirmed',
      version: sql<number>`nextval('avatar_version')`,
      confirmed_at: now,
      published_at: null,
      closed_at: null,
    },
    { type: 'restored', actor },
    isOfSomebody,
  ) as Promise<ConfirmedRow | undefined>
}

/** Any final state but discarded → erased: everything that shows the picture goes, the trail stays. */
export function markErased(
  trx: Transaction<Tables>,
  key: UploadKey,
  actor: Actor,
): Promise<UploadRow | undefined> {
  return transition(
    trx,
    key,
    ['superseded', 'withdrawn', 'expired', 'rejected', 'failed'],
    { status: 'erased', closed_at: now, thumbhash: null, alt_text: null },
    { type: 'erased', actor },
  )
}

/**
 * confirmed → failed: it can never be rendered (`rendered` is false), or its user is gone (`rendered` is true).
 * @param rendered what the row must say, so that a late run does not fail what another has rendered
 */
export function markFailed(
  db: Db,
  key: UploadKey,
  failure: { code: string; detail: string },
  rendered: boolean,
): Promise<UploadRow | undefined> {
  return transition(
    db,
    key,
    ['confirmed'],
    { status: 'failed', closed_at: now, failure_code: failure.code, failure_detail: failure.detail },
    { type: 'failed', actor: theWorker, details: failure },
    sql`(rendered_at is not null) = ${rendered}`,
  )
}
