import type { Transaction } from '@likeness/runtime/database'
import { sql } from 'kysely'
import type { Actor } from './actor.js'
import type { Tables } from './database.js'
import { now, transition } from './transition.js'
import type { UploadKey, UploadRow } from './uploads.table.js'

type Picture = Pick<UploadRow, 'user_id' | 'sha256'>

/** Whether an operator withdrew this picture of this user, in any crop. Under `lockUser`. */
export async function isHeld(trx: Transaction<Tables>, picture: Picture): Promise<boolean> {
  const row = await trx
    .selectFrom('uploads')
    .select('id')
    .where('user_id', '=', picture.user_id)
    .where('sha256', '=', picture.sha256)
    .where('held_at', 'is not', null)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Lets its owner restore a picture again, with an event for each upload it was withdrawn as. Under `lockUser`. */
export async function liftHold(trx: Transaction<Tables>, picture: Picture, actor: Actor): Promise<void> {
  await sql`
    with lifted as (
      update uploads set held_at = null
      where user_id = ${picture.user_id} and sha256 = ${picture.sha256} and held_at is not null
      returning user_id, id
    )
    insert into upload_events (user_id, upload_id, type, actor_id, ip, user_agent)
    select user_id, id, 'hold-lifted', ${actor.id}::uuid, ${actor.ip}::inet, ${actor.userAgent}::text
    from lifted`.execute(trx)
}

/**
 * published, or live before accounts was told → withdrawn. An operator may also withdraw what its owner withdrew
 * before: from then on it is held.
 */
export function markWithdrawn(
  trx: Transaction<Tables>,
  key: UploadKey,
  actor: Actor,
  details: { by: number; reason?: string; takedown?: string },
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

/** Holds a picture that was shown, or is about to be superseded, in its state: only an operator may restore it. */
export function markHeld(
  trx: Transaction<Tables>,
  key: UploadKey,
  actor: Actor,
  details: { reason: string; takedown: string },
): Promise<UploadRow | undefined> {
  return transition(
    trx,
    key,
    ['confirmed', 'superseded', 'withdrawn'],
    { held_at: now },
    { type: 'held', actor, details },
    sql`rendered_at is not null and held_at is null`,
  )
}
