import type { Database } from '@likeness/runtime/database'
import { sql } from 'kysely'
import type { AvatarKey, AvatarRow } from './avatars.table.js'
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
  const found = await db
    .selectFrom('avatars')
    .innerJoin('uploads', (join) =>
      join.onRef('uploads.user_id', '=', 'avatars.user_id').onRef('uploads.id', '=', 'upload_id'),
    )
    .selectAll('avatars')
    .select(['uploads.status', isHeld.as('held')])
    .where('avatars.user_id', '=', key.user_id)
    .where('path_version', '=', key.version)
    .where(sql<boolean>`not ${isLeaving(key.user_id)}`)
    .executeTakeFirst()
  if (!found) return (await wasErased(db, key)) ? { standing: 'erased' } : undefined
  const { status, held, ...avatar } = found
  if (avatar.live) return { standing: 'live', avatar }
  return { standing: status === 'withdrawn' || status === 'failed' || held ? 'withdrawn' : 'past', avatar }
}

/** An operator withdraws the picture, and with it every crop. */
const isHeld = sql<boolean>`exists (
  select from uploads same
  where same.user_id = uploads.user_id and same.sha256 = uploads.sha256 and same.held_at is not null)`

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
