import type { Database, Transaction } from '@likeness/runtime/database'
import { firstIdAt } from '@likeness/runtime/ids'
import { statement } from '@likeness/runtime/prepared'
import { sql } from 'kysely'
import type { Actor } from './actor.js'
import { areBlocked } from './blocked-images.table.js'
import type { Tables } from './database.js'
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
 * Stages an upload with its event if the user may have one more: lock, count and insert in one statement, which
 * is one round trip and one transaction.
 * @param keptSeconds until it expires unconfirmed
 * @returns the row, or undefined when there was no room, or the bytes are on the deny-list
 */
export async function stageUpload(
  db: Database<Tables>,
  upload: NewUpload,
  {
    limits,
    since,
    keptSeconds,
    actor,
  }: { limits: UploadLimits; since: Date; keptSeconds: number; actor: Actor },
): Promise<UploadRow | undefined> {
  const { user_id, id, original_filename, format, bytes, width, height, pages, sha256 } = upload
  const [times] = await stage(
    db,
    ...[
      user_id,
      firstIdAt(since),
      id,
      original_filename,
      format,
      bytes,
      width,
      height,
      pages,
      sha256,
      keptSeconds,
    ],
    ...[limits.pending, limits.recent, limits.stored, actor.id, actor.ip, actor.userAgent],
  )
  return times && { ...fresh, ...upload, ...times }
}

const stage = statement<Pick<UploadRow, 'uploaded_at' | 'expires_at'>>(
  'stage-upload',
  `with open as materialized (select * from open_uploads($1::uuid, $2::uuid)),
  staged as (
    insert into uploads
      (user_id, id, original_filename, format, bytes, width, height, pages, sha256, expires_at)
    select $1::uuid, $3::uuid, $4::text, $5::text, $6::bigint, $7::integer, $8::integer, $9::integer, $10::text,
      now() + make_interval(secs => $11::integer)
    from open
    where not erased and pending < $12::bigint and recent < $13::bigint and stored + $6::bigint <= $14::bigint
      and not ${areBlocked('$10::text')}
    returning uploaded_at, expires_at
  ),
  facts as (
    insert into upload_facts (user_id, id, bytes, format, sha256, filename)
    select $1::uuid, $3::uuid, $6::bigint, $5::text, decode($10::text, 'hex'), $4::text from staged
  ),
  event as (
    insert into upload_events (user_id, upload_id, type, actor_id, ip, user_agent, details)
    select $1::uuid, $3::uuid, 'uploaded', $15::uuid, $16::inet, $17::text, jsonb_build_object('filename', $4::text)
    from staged
  )
  select uploaded_at, expires_at from staged`,
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
