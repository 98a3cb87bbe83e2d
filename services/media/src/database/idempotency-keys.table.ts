import type { Database, Transaction } from '@likeness/runtime/database'
import { newId } from '@likeness/runtime/ids'
import { statement } from '@likeness/runtime/prepared'
import { type Generated, type Selectable, sql } from 'kysely'
import type { Tables } from './database.js'
import type { OldRows } from './old-rows.queries.js'
import type { UploadKey } from './uploads.table.js'

/** Requests that carry an Idempotency-Key: still running, or with the answer they got. */
export type IdempotencyKeysTable = {
  caller_id: string
  key: string
  /** Identifies the request; a different one may not use the key. */
  fingerprint: string
  /** The user whose data the answer holds: the caller, or the one a manager acted for. */
  about_user_id: string
  /** Identifies the run, and is the id of the upload it makes; a run that takes over draws another. */
  lease: string
  /** After this the process that ran it is taken for dead, and the next request runs it. */
  leased_until: Date
  /** The upload it made, set by the same commit, or the one the answer shows. */
  upload_id: string | null
  status: number | null
  location: string | null
  /** The JSON as it was sent. */
  body: string | null
  created_at: Generated<Date>
}
export type IdempotencyKeyRow = Selectable<IdempotencyKeysTable>
export type Claim = Pick<IdempotencyKeyRow, 'caller_id' | 'key' | 'lease' | 'upload_id'>

type Db = Database<Tables>
type Request = Pick<IdempotencyKeyRow, 'caller_id' | 'key' | 'fingerprint' | 'about_user_id'>
export type KeptAnswer = { readonly status: number; readonly location: string | null; readonly body: string }

// Longer than any request may wait: `Prefer: wait` allows 30 s.
const leaseSeconds = 60
const keptHours = 24
/** Keys older than a day. */
export const oldKeys: OldRows = {
  table: 'idempotency_keys',
  since: 'created_at',
  isOld: sql<boolean>`created_at <= now() - make_interval(hours => ${keptHours})`,
}

/**
 * Claims a key for a request: a new key, or one whose request died with its process. An upload which that request had
 * committed stays with the key as `upload_id`; otherwise a new lease is drawn, and the old run can no longer commit
 * (`holdClaim`).
 * @returns undefined when another request has the key, or it was answered: see `findKey`
 */
export async function claimKey(db: Db, request: Request): Promise<Claim | undefined> {
  const { caller_id, key, fingerprint, about_user_id } = request
  const [claim] = await claimFor(db, caller_id, key, fingerprint, about_user_id, newId(), leaseSeconds)
  return claim
}
const claimFor = statement<Claim>(
  'claim-key',
  `insert into idempotency_keys as mine (caller_id, key, fingerprint, about_user_id, lease, leased_until)
  values ($1, $2, $3, $4, $5, now() + make_interval(secs => $6))
  on conflict (caller_id, key) do update set
    leased_until = excluded.leased_until,
    lease = case when mine.upload_id is null then excluded.lease else mine.lease end
  where mine.status is null and mine.leased_until <= now() and mine.fingerprint = excluded.fingerprint
  returning caller_id, key, lease, upload_id`,
)

export function findKey(
  db: Db,
  { caller_id, key }: Pick<Request, 'caller_id' | 'key'>,
): Promise<IdempotencyKeyRow | undefined> {
  return db
    .selectFrom('idempotency_keys')
    .selectAll()
    .where('caller_id', '=', caller_id)
    .where('key', '=', key)
    .executeTakeFirst()
}

/**
 * Ties the claim's upload to its key, in the transaction that makes it: a run that takes the key over finds it.
 * The function `stage_upload` does the same for the uploads that it makes.
 * @returns false when the key was taken over or erased, so that nothing may be made for it
 */
export async function holdClaim(trx: Transaction<Tables>, claim: Claim): Promise<boolean> {
  const { caller_id, key, lease } = claim
  return (await hold(trx, caller_id, key, lease)).length > 0
}
const hold = statement(
  'hold-claim',
  `update idempotency_keys set upload_id = lease
  where caller_id = $1 and key = $2 and lease = $3 and status is null returning 1`,
)

/** @returns false when the key was answered, taken over or erased in the meantime */
export async function keepAnswer(
  db: Db,
  claim: Claim,
  uploadId: string,
  answer: KeptAnswer,
): Promise<boolean> {
  const { caller_id, key, lease } = claim
  const { status, location, body } = answer
  return (await keep(db, caller_id, key, lease, uploadId, status, location, body)).length > 0
}
const keep = statement(
  'keep-answer',
  `update idempotency_keys set upload_id = $4, status = $5, location = $6, body = $7
  where caller_id = $1 and key = $2 and lease = $3 and status is null returning 1`,
)

/** Frees a key after a failure; where its upload was made all the same, lets the next request take the key over. */
export async function releaseKey(db: Db, claim: Claim): Promise<void> {
  // First, because it waits for a commit whose outcome is unknown.
  await db
    .deleteFrom('idempotency_keys')
    .where('caller_id', '=', claim.caller_id)
    .where('key', '=', claim.key)
    .where('lease', '=', claim.lease)
    .where('upload_id', 'is', null)
    .execute()
  await db
    .updateTable('idempotency_keys')
    .set({ leased_until: sql<Date>`now()` })
    .where('caller_id', '=', claim.caller_id)
    .where('key', '=', claim.key)
    .where('lease', '=', claim.lease)
    .where('status', 'is', null)
    .execute()
}

/** Deletes every key of a user, and others' keys about them. Under `lockUser`. */
export async function deleteKeysOfUser(trx: Transaction<Tables>, userId: string): Promise<void> {
  await trx
    .deleteFrom('idempotency_keys')
    .where((is) => is.or([is('caller_id', '=', userId), is('about_user_id', '=', userId)]))
    .execute()
}

/** Deletes the answers that show an upload. */
export async function deleteKeysOfUpload(
  trx: Transaction<Tables>,
  { user_id, id }: UploadKey,
): Promise<void> {
  await trx
    .deleteFrom('idempotency_keys')
    .where('about_user_id', '=', user_id)
    .where('upload_id', '=', id)
    .execute()
}
