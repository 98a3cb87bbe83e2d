import type { UploadStatus } from '@likeness/contracts'
import type { Database } from '@likeness/runtime/database'
import { statement } from '@likeness/runtime/prepared'
import { sql } from 'kysely'
import { type AvatarKey, type AvatarRow, avatarColumns } from './avatars.table.js'
import type { Tables } from './database.js'

/**
 * The picture behind an address with a version: the live avatar, a past one (or one overtaken before it went live), a
 * withdrawn one, or one whose files are erased.
 */
export type AddressedPicture =
  | { readonly standing: 'live' | 'past' | 'withdrawn'; readonly avatar: AvatarRow }
  | { readonly standing: 'erased' }

/** @param key its `version` is the one in the address. @returns undefined when there never was such a picture */
export async function findAddressed(
  db: Database<Tables>,
  key: AvatarKey,
): Promise<AddressedPicture | undefined> {
  const [found] = await findByAddress(db, key.user_id, key.version)
  if (!found) return (await wasErased(db, key)) ? { standing: 'erased' } : undefined
  const { status, held, ...avatar } = found
  if (avatar.live) return { standing: 'live', avatar }
  return { standing: status === 'withdrawn' || status === 'failed' || held ? 'withdrawn' : 'past', avatar }
}

// An operator withdraws the picture, and with it every crop.
const findByAddress = statement<AvatarRow & { status: UploadStatus; held: boolean }>(
  'find-addressed-avatar',
  `select ${avatarColumns}, uploads.status, exists (
    select from uploads same
    where same.user_id = uploads.user_id and same.sha256 = uploads.sha256 and same.held_at is not null) as held
  from avatars join uploads on uploads.user_id = avatars.user_id and uploads.id = avatars.upload_id
  where avatars.user_id = $1 and avatars.path_version = $2
    and not exists (select from erased_users where user_id = $1)`,
)

const isLeaving = (userId: string) =>
  sql<boolean>`exists (select from erased_users where user_id = ${userId})`

/** An erased upload keeps its trail, which names the version it was rendered under. */
async function wasErased(db: Database<Tables>, { user_id, version }: AvatarKey): Promise<boolean> {
  const { rows } = await sql<{ erased: boolean }>`
    select ${isLeaving(user_id)} or exists (
      select from upload_events
      where user_id = ${user_id} and type = 'rendered' and details ->> 'version' = ${String(version)}) as erased`.execute(
    db,
  )
  return rows[0]?.erased ?? false
}

/** The upload that was rendered under the version in an address, erased ones included. */
export async function findRenderedAs(
  db: Database<Tables>,
  { user_id, version }: AvatarKey,
): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`
    select upload_id as id from avatars where user_id = ${user_id} and path_version = ${version}
    union all
    select upload_id from upload_events
    where user_id = ${user_id} and type = 'rendered' and details ->> 'version' = ${String(version)}
    limit 1`.execute(db)
  return rows[0]?.id
}
