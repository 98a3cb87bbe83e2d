import type { Database, Transaction } from '@likeness/runtime/database'
import { gatheredCall } from '@likeness/runtime/gathered-call'
import { firstIdAt } from '@likeness/runtime/ids'
import { sql } from 'kysely'
import type { Actor } from './actor.js'
import type { Tables } from './database.js'
import type { Claim } from './idempotency-keys.table.js'
import type { NewUpload, UploadRow } from './uploads.table.js'

/** The open uploads of a user, direct ones included. */
export type OpenUploads = {
  /** The user left or is leaving. */
  readonly erased: boolean
  readonly pending: number
  /** Bytes of the originals kept, and those announced for direct uploads. */
  readonly stored: number
  /** Uploads made since the given time, and the time of the first. */
  readonly recent: number
  readonly first: Date | null
}

/** The most a user may have, the new upload included; counts and bytes. */
export type UploadLimits = { readonly pending: number; readonly recent: number; readonly stored: number }

/** Locks the user as `lockUser` does, then counts. */
export async function lockOpenUploads(
  trx: Transaction<Tables>,
  userId: string,
  since: Date,
): Promise<OpenUploads> {
  const { rows } = await sql<OpenUploads>`
    select * from open_uploads(${userId}, ${firstIdAt(since)})`.execute(trx)
  const [open] = rows
  if (!open) throw new Error('open_uploads() returned no row')
  return open
}

/**
 * Stages an upload with its event if the user may have one more: lock, count and insert in one call, shared with those of
 * other users.
 * @param keptSeconds until it expires unconfirmed
 * @param claim of its idempotency key, whose lease is the upload's id: tied to it as `holdClaim` does
 * @returns the row; undefined when there was no room, or the bytes are on the deny-list; 'claim-lost' when the key was taken
 * over or erased
 */
export async function stageUpload(
  db: Database<Tables>,
  upload: NewUpload,
  {
    limits,
    since,
    keptSeconds,
    actor,
    claim,
  }: { limits: UploadLimits; since: Date; keptSeconds: number; actor: Actor; claim: Claim | undefined },
): Promise<UploadRow | 'claim-lost' | undefined> {
  const staged = await stage(db, {
    the_user: upload.user_id,
    since: firstIdAt(since),
    the_upload: upload.id,
    the_name: upload.original_filename,
    the_format: upload.format,
    the_bytes: upload.bytes,
    the_width: upload.width,
    the_height: upload.height,
    the_pages: upload.pages,
    the_sha256: upload.sha256,
    kept_seconds: keptSeconds,
    most_pending: limits.pending,
    most_recent: limits.recent,
    most_stored: limits.stored,
    the_actor: actor.id,
    the_ip: actor.ip,
    the_agent: actor.userAgent,
    claimed_by: claim?.caller_id,
    claimed_key: claim?.key,
  })
  if (!staged) return undefined
  const { is_lost, uploaded_at, expires_at } = staged
  return is_lost ? 'claim-lost' : { ...fresh, ...upload, uploaded_at, expires_at }
}

const stage = gatheredCall<Pick<UploadRow, 'uploaded_at' | 'expires_at'> & { is_lost: boolean }>()(
  'stage-upload',
  {
    function: 'stage_upload',
    parameters: {
      the_user: 'uuid',
      since: 'uuid',
      the_upload: 'uuid',
      the_name: 'text',
      the_format: 'text',
      the_bytes: 'bigint',
      the_width: 'integer',
      the_height: 'integer',
      the_pages: 'integer',
      the_sha256: 'text',
      kept_seconds: 'integer',
      most_pending: 'bigint',
      most_recent: 'bigint',
      most_stored: 'bigint',
      the_actor: 'uuid',
      the_ip: 'inet',
      the_agent: 'text',
      claimed_by: 'uuid',
      claimed_key: 'text',
    },
    select: 'uploaded_at, expires_at, is_lost, busy',
    // A fraction of what an upload takes; with it more of them share a statement.
    pauseMs: 4,
  },
)

/** The values that every new upload starts with. */
const fresh = {
  status: 'pending',
  thumbhash: null,
  decode_kills: 0,
  rendered_ahead: null,
  crop: null,
  alt_text: null,
  version: null,
  prepared_at: null,
  confirmed_at: null,
  rendered_at: null,
  published_at: null,
  closed_at: null,
  original_deleted_at: null,
  held_at: null,
  failure_code: null,
  failure_detail: null,
} as const satisfies Partial<UploadRow>
