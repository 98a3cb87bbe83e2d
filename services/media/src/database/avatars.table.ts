import type { AvatarPictures, VariantFormat } from '@likeness/contracts'
import type { Database, Transaction } from '@likeness/runtime/database'
import { statement } from '@likeness/runtime/prepared'
import { type Generated, type Selectable, sql } from 'kysely'
import type { Tables } from './database.js'
import type { UploadKey } from './uploads.table.js'

/** The rendered pictures of an upload, under its current version. At most one per user is live. */
export type AvatarsTable = {
  user_id: string
  version: number
  upload_id: string
  live: boolean
  sizes: number[]
  formats: VariantFormat[]
  /** Its blobs are `<blob_prefix>/<size>.<ext>`. A restored avatar keeps its files. */
  blob_prefix: string
  /** The version in its pictures' addresses: that of its first confirmation, so caches still have a restored one. */
  path_version: number
  created_at: Generated<Date>
  /** When it stopped being live; null while it is live, and if it never was. */
  live_until: Generated<Date | null>
  /** How often its text was changed, and the newest of these changes that accounts knows of. */
  text_revision: Generated<number>
  text_told: Generated<number>
  /** Since when there is a change that accounts does not know of; null when there is none. */
  text_untold_since: Generated<Date | null>
}
export type AvatarRow = Selectable<AvatarsTable>
export type AvatarKey = Pick<AvatarRow, 'user_id' | 'version'>

const columns: { readonly [Column in keyof AvatarsTable]: true } = {
  user_id: true,
  version: true,
  upload_id: true,
  live: true,
  sizes: true,
  formats: true,
  blob_prefix: true,
  path_version: true,
  created_at: true,
  live_until: true,
  text_revision: true,
  text_told: true,
  text_untold_since: true,
}

/** Every column of an avatar, for the text of a prepared statement. */
export const avatarColumns = Object.keys(columns)
  .map((column) => `avatars.${column}`)
  .join(', ')

/** The key of the upload that an avatar was rendered from. */
export const uploadOf = ({ user_id, upload_id }: Pick<AvatarRow, 'user_id' | 'upload_id'>): UploadKey => ({
  user_id,
  id: upload_id,
})

/** The columns that an avatar's addresses are built from. */
export type AvatarPicturesRow = Pick<AvatarRow, 'version' | 'path_version' | 'sizes' | 'formats'>

/** The parts that an avatar's addresses are built from. */
export const picturesOf = (avatar: AvatarPicturesRow): AvatarPictures => ({
  version: avatar.version,
  pathVersion: avatar.path_version,
  sizes: avatar.sizes,
  formats: avatar.formats,
})

/** The avatar a user shows now; none once their erasure has been requested. */
export async function findLiveAvatar(db: Database<Tables>, userId: string): Promise<AvatarRow | undefined> {
  const [row] = await findLive(db, userId)
  return row
}
const findLive = statement<AvatarRow>(
  'find-live-avatar',
  `select ${avatarColumns} from avatars
  where user_id = $1 and live and not exists (select from erased_users where user_id = $1)`,
)

export function findAvatar(
  db: Database<Tables>,
  { user_id, version }: AvatarKey,
): Promise<AvatarRow | undefined> {
  return db
    .selectFrom('avatars')
    .selectAll()
    .where('user_id', '=', user_id)
    .where('version', '=', version)
    .executeTakeFirst()
}

/** Whether the avatar of an upload has its files under this prefix. */
export async function hasFiles(
  db: Database<Tables>,
  { user_id, id }: UploadKey,
  { blob_prefix }: Pick<AvatarRow, 'blob_prefix'>,
): Promise<boolean> {
  const row = await db
    .selectFrom('avatars')
    .select('version')
    .where('user_id', '=', user_id)
    .where('upload_id', '=', id)
    .where('blob_prefix', '=', blob_prefix)
    .executeTakeFirst()
  return row !== undefined
}

/** The avatars of these uploads, for their views. */
export async function findAvatarsOf(
  db: Database<Tables>,
  uploads: readonly { user_id: string; version: number | null }[],
): Promise<AvatarRow[]> {
  const [users, versions] = [uploads.map((one) => one.user_id), uploads.map((one) => one.version)]
  if (users.length === 0) return []
  return findThose(db, users, versions)
}
const findThose = statement<AvatarRow>(
  'find-avatars',
  `select ${avatarColumns} from unnest($1::uuid[], $2::bigint[]) as wanted (user_id, version)
  join avatars using (user_id, version)`,
)

/** Under `lockUser`: leaves the user without a live avatar. */
export async function unsetLive(trx: Transaction<Tables>, userId: string): Promise<void> {
  await trx
    .updateTable('avatars')
    .set({ live: false, live_until: sql<Date>`now()` })
    .where('user_id', '=', userId)
    .where('live', '=', true)
    .execute()
}

/** Under `lockUser`: makes an earlier avatar live again, under a new version and with its existing files. */
export async function reviveAvatar(
  trx: Transaction<Tables>,
  { user_id, id }: UploadKey,
  version: number,
): Promise<void> {
  await trx
    .updateTable('avatars')
    .set({ version, live: true, live_until: null })
    .where('user_id', '=', user_id)
    .where('upload_id', '=', id)
    .execute()
}

/** @returns the deleted rows, whose files the caller deletes */
export function deleteAvatarsOf(trx: Transaction<Tables>, { user_id, id }: UploadKey): Promise<AvatarRow[]> {
  return trx
    .deleteFrom('avatars')
    .where('user_id', '=', user_id)
    .where('upload_id', '=', id)
    .returningAll()
    .execute()
}

/** What the addresses of pictures are made of: those that clients have, and with DELIVERY=redirect those of the CDN. */
export type Pictures = Pick<AvatarRow, 'path_version' | 'sizes' | 'formats' | 'blob_prefix'>

/** The pictures of an upload. A restored one has the addresses it had. */
export const findPicturesOf = (trx: Transaction<Tables>, { user_id, id }: UploadKey): Promise<Pictures[]> =>
  trx
    .selectFrom('avatars')
    .select(['path_version', 'sizes', 'formats', 'blob_prefix'])
    .distinct()
    .where('user_id', '=', user_id)
    .where('upload_id', '=', id)
    .execute()

/** Those of every upload of a user. */
export const findAllPictures = (trx: Transaction<Tables>, userId: string): Promise<Pictures[]> =>
  trx
    .selectFrom('avatars')
    .select(['path_version', 'sizes', 'formats', 'blob_prefix'])
    .distinct()
    .where('user_id', '=', userId)
    .execute()

/** Whether an avatar lacks one of these sizes or formats. */
const lacks = ({ sizes, formats }: Pick<AvatarRow, 'sizes' | 'formats'>) =>
  sql<boolean>`not (sizes @> ${sizes}::integer[] and formats @> ${formats}::text[])`

export async function countIncompleteAvatars(
  db: Database<Tables>,
  wanted: Pick<AvatarRow, 'sizes' | 'formats'>,
): Promise<number> {
  const { count } = await db
    .selectFrom('avatars')
    .select((one) => one.fn.countAll<string>().as('count'))
    .where(lacks(wanted))
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** Avatars that lack one of these sizes or formats, in a fixed order, starting after `after`. */
export function findIncompleteAvatars(
  db: Database<Tables>,
  wanted: Pick<AvatarRow, 'sizes' | 'formats'>,
  after: AvatarKey | undefined,
  limit: number,
): Promise<AvatarRow[]> {
  return db
    .selectFrom('avatars')
    .selectAll()
    .where(lacks(wanted))
    .$if(after !== undefined, (query) =>
      query.where(sql<boolean>`(user_id, version) > (${after?.user_id ?? ''}, ${after?.version ?? 0})`),
    )
    .orderBy('user_id')
    .orderBy('version')
    .limit(limit)
    .execute()
}

/** Under `lockUser`: records an avatar's new sizes and formats. @returns its row; undefined when it is gone */
export function extendAvatar(
  trx: Transaction<Tables>,
  { user_id, id }: UploadKey,
  whole: Pick<AvatarRow, 'sizes' | 'formats'>,
): Promise<AvatarRow | undefined> {
  return trx
    .updateTable('avatars')
    .set(whole)
    .where('user_id', '=', user_id)
    .where('upload_id', '=', id)
    .returningAll()
    .executeTakeFirst()
}
