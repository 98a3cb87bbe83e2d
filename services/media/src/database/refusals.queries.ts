import type { Database } from '@likeness/runtime/database'
import { sql } from 'kysely'
import { type Actor, theWorker } from './actor.js'
import type { Tables } from './database.js'
import { now, transition } from './transition.js'
import type { UploadKey, UploadRow } from './uploads.table.js'

type Db = Database<Tables>

/** Why an upload ended before it was published, as its owner reads it. */
export type Failure = { readonly code: string; readonly detail: string }
/** The worker ended it, for what its failure says. */
const notByHand = { actor: theWorker, details: {} }

/**
 * pending → rejected: the bytes cannot be decoded, the picture is on the deny-list, or an operator refuses it. Changes
 * nothing once it has expired.
 */
export function markRejected(
  db: Db,
  key: UploadKey,
  failure: Failure,
  { actor, details }: { actor: Actor; details: Readonly<Record<string, unknown>> } = notByHand,
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
    { type: 'rejected', actor, details: { ...failure, ...details } },
    sql`expires_at > now()`,
  )
}

/**
 * confirmed → failed: it can never be rendered, or must not be (`rendered` is false), or its user is gone (`rendered` is
 * true).
 * @param rendered what the row must say, so that a late run does not fail what another has rendered
 */
export function markFailed(
  db: Db,
  key: UploadKey,
  failure: Failure,
  rendered: boolean,
  { actor, details }: { actor: Actor; details: Readonly<Record<string, unknown>> } = notByHand,
): Promise<UploadRow | undefined> {
  return transition(
    db,
    key,
    ['confirmed'],
    { status: 'failed', closed_at: now, failure_code: failure.code, failure_detail: failure.detail },
    { type: 'failed', actor, details: { ...failure, ...details } },
    sql`(rendered_at is not null) = ${rendered}`,
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
