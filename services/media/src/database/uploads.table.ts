import type { Crop, ImageFormat, UploadStatus } from '@likeness/contracts'
import type { Database, Transaction } from '@likeness/runtime/database'
import { gatheredRead } from '@likeness/runtime/gathered-read'
import { statement } from '@likeness/runtime/prepared'
import { type ColumnType, type Generated, type Selectable, sql } from 'kysely'
import type { Actor } from './actor.js'
import { areBlocked } from './blocked-images.table.js'
import type { Tables } from './database.js'

export type UploadsTable = {
  user_id: string
  id: string
  status: Generated<UploadStatus>
  original_filename: string | null
  format: ImageFormat
  bytes: number
  /** Pixels of the upright picture, as a person sees it. */
  width: number
  height: number
  pages: number
  sha256: string
  thumbhash: Generated<string | null>
  /** How often decoding it had to be killed. */
  decode_kills: Generated<number>
  /** The recipe of the variants that were rendered before it was confirmed; null when there are none. */
  rendered_ahead: Generated<string | null>
  crop: ColumnType<Crop | null, never, string | null>
  alt_text: Generated<string | null>
  /** Drawn at confirmation; a user's largest one is the avatar. */
  version: ColumnType<number | null, never, number>
  uploaded_at: Generated<Date>
  /** The worker decoded it and stored the preview. */
  prepared_at: Generated<Date | null>
  confirmed_at: Generated<Date | null>
  /** Variants are stored and the avatar row is committed; accounts may not know yet. */
  rendered_at: Generated<Date | null>
  published_at: Generated<Date | null>
  expires_at: Date | null
  closed_at: Generated<Date | null>
  /** The policy gave the original up; the preview and the variants stay. */
  original_deleted_at: Generated<Date | null>
  /** An operator withdrew it: until an operator lifts the hold, its owner cannot restore these bytes. */
  held_at: Generated<Date | null>
  failure_code: Generated<string | null>
  failure_detail: Generated<string | null>
}
export type UploadRow = Selectable<UploadsTable>
/** The key of one upload. Keys lead with the user, so every row of an upload is its key. */
export type UploadKey = Pick<UploadRow, 'user_id' | 'id'>
/** An upload that was confirmed has a version; the table checks it. */
export type ConfirmedRow = UploadRow & { readonly version: number }

type Db = Database<Tables>

const columns: { readonly [Column in keyof UploadsTable]: true } = {
  user_id: true,
  id: true,
  status: true,
  original_filename: true,
  format: true,
  bytes: true,
  width: true,
  height: true,
  pages: true,
  sha256: true,
  thumbhash: true,
  decode_kills: true,
  rendered_ahead: true,
  crop: true,
  alt_text: true,
  version: true,
  uploaded_at: true,
  prepared_at: true,
  confirmed_at: true,
  rendered_at: true,
  published_at: true,
  expires_at: true,
  closed_at: true,
  original_deleted_at: true,
  held_at: true,
  failure_code: true,
  failure_detail: true,
}

/** Every column of an upload, for the text of a prepared statement. @param from where they are: a table or a row */
export const uploadColumns = (from: string): string =>
  Object.keys(columns)
    .map((column) => `${from}.${column}`)
    .join(', ')

/** The states whose files are kept: the original, and the preview once there is one. */
export const statesWithFiles = ['pending', 'confirmed', 'published', 'superseded', 'withdrawn'] as const
export const keepsFiles = (status: UploadStatus): boolean =>
  (statesWithFiles as readonly UploadStatus[]).includes(status)

/** Whether an upload is neither closed nor published, so that a worker may be making something of it. */
export const isUnderWay = (status: UploadStatus): boolean => status === 'pending' || status === 'confirmed'

/** Serialises what must be counted or ordered per user, until the transaction ends. */
export async function lockUser(trx: Transaction<Tables>, userId: string): Promise<void> {
  await lockById(trx, userId)
}
const lockById = statement('lock-user', 'select lock_user($1)')

/** False as soon as the erasure of an upload's owner is requested, even before the job has run. */
export const ofSomebody = 'not exists (select from erased_users where erased_users.user_id = uploads.user_id)'
export const isOfSomebody = sql.raw<boolean>(ofSomebody)

/** One upload, erased ones included; none of a user who left. */
export const findUpload = (db: Db, { user_id, id }: UploadKey): Promise<UploadRow | undefined> =>
  findOne(db, { id, user_id })

/** The same by the id alone, of any owner: only for a caller who may see anyone's uploads. */
export const findAnyUpload = (db: Db, id: string): Promise<UploadRow | undefined> => findAnyone(db, { id })

const asked = `select asked.nth, ${uploadColumns('uploads')} from asked join uploads on uploads.id = asked.id
  where ${ofSomebody}`
const findOne = gatheredRead<UploadRow>()(
  'find-upload',
  { id: 'uuid', user_id: 'uuid' },
  `${asked} and uploads.user_id = asked.user_id`,
)
const findAnyone = gatheredRead<UploadRow>()('find-any-upload', { id: 'uuid' }, asked)

/** The upload, which can be neither changed nor erased until the transaction ends. */
export const holdUpload = (trx: Transaction<Tables>, upload: UploadKey): Promise<UploadRow | undefined> =>
  selectOne(trx, upload).forShare().executeTakeFirst()

/** The upload, which nothing else changes until the transaction ends. */
export const lockUpload = (trx: Transaction<Tables>, upload: UploadKey): Promise<UploadRow | undefined> =>
  selectOne(trx, upload).forNoKeyUpdate().executeTakeFirst()

const selectOne = (trx: Transaction<Tables>, { user_id, id }: UploadKey) =>
  trx.selectFrom('uploads').selectAll().where('user_id', '=', user_id).where('id', '=', id)

/** A user's uploads, newest first, after (older than) `after`. Ids are UUID v7, so they sort by time. */
export function listUploads(
  db: Db,
  userId: string,
  page: { after: string | undefined; limit: number } & (
    | { status: UploadStatus | undefined; erased: false }
    | { status: undefined; erased: true }
  ),
): Promise<UploadRow[]> {
  const { status, erased, after, limit } = page
  if (status !== undefined) return listOfStatus(db, userId, after, limit, status)
  return (erased ? listAll : listKept)(db, userId, after, limit)
}
const listing = (name: string, condition: string) =>
  statement<UploadRow>(
    name,
    `select ${uploadColumns('uploads')} from uploads
    where user_id = $1 and id < coalesce($2::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff') and ${condition}
      and ${ofSomebody}
    order by id desc limit $3`,
  )
const listAll = listing('list-all-uploads', 'true')
const listKept = listing('list-uploads', "status <> 'erased'")
const listOfStatus = listing('list-uploads-of-status', "status <> 'erased' and status = $4")

/** The ids by which a user's blobs are found: of their uploads in any state, and of those not yet completed. */
export async function listFileIds(db: Db, userId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('uploads')
    .select('id')
    .where('user_id', '=', userId)
    .unionAll(db.selectFrom('direct_uploads').select('id').where('user_id', '=', userId))
    .execute()
  return rows.map(({ id }) => id)
}

/** The keys of a user's pending uploads, oldest first, which stay pending until the transaction ends. Under `lockUser`. */
export function lockPending(trx: Transaction<Tables>, userId: string): Promise<UploadKey[]> {
  return (
    trx
      .selectFrom('uploads')
      .select(['user_id', 'id'])
      .where('user_id', '=', userId)
      .where('status', '=', 'pending')
      // As uploads_kept has it; that of a pending one is always kept.
      .where('original_deleted_at', 'is', null)
      .where('expires_at', '>', sql<Date>`now()`)
      .orderBy('id')
      .forUpdate()
      .execute()
  )
}

export type NewUpload = Pick<
  UploadRow,
  'user_id' | 'id' | 'original_filename' | 'format' | 'bytes' | 'width' | 'height' | 'pages' | 'sha256'
>

/** Whether a user has a confirmed upload on its way to being the avatar. Under `lockUser`. */
export async function hasConfirmed(trx: Transaction<Tables>, userId: string): Promise<boolean> {
  const row = await trx
    .selectFrom('uploads')
    .select('id')
    .where('user_id', '=', userId)
    .where('status', '=', 'confirmed')
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/**
 * @param keptSeconds until it expires unconfirmed
 * @returns undefined when its bytes are on the deny-list
 */
export async function insertUpload(
  db: Db,
  upload: NewUpload,
  keptSeconds: number,
  actor: Actor,
  details: Readonly<Record<string, unknown>> = {},
): Promise<UploadRow | undefined> {
  const { user_id, id, original_filename, format, bytes, width, height, pages, sha256 } = upload
  const [row] = await insertOne(
    db,
    ...[user_id, id, original_filename, format, bytes, width, height, pages, sha256, keptSeconds],
    ...[actor.id, actor.ip, actor.userAgent],
    JSON.stringify({ filename: original_filename, ...details }),
  )
  return row
}
const insertOne = statement<UploadRow>(
  'insert-upload',
  `with inserted as (
    insert into uploads
      (user_id, id, original_filename, format, bytes, width, height, pages, sha256, expires_at)
    select $1::uuid, $2::uuid, $3::text, $4::text, $5::bigint, $6::integer, $7::integer, $8::integer, $9::text,
      now() + make_interval(secs => $10::integer)
    where not ${areBlocked('$9::text')}
    returning ${uploadColumns('uploads')}
  ), facts as (
    insert into upload_facts (user_id, id, bytes, format, sha256, filename)
    select user_id, id, bytes, format, decode(sha256, 'hex'), original_filename from inserted
  ), event as (
    insert into upload_events (user_id, upload_id, type, actor_id, ip, user_agent, details)
    select user_id, id, 'uploaded', $11::uuid, $12::inet, $13::text, $14::jsonb from inserted
  )
  select ${uploadColumns('inserted')} from inserted`,
)
