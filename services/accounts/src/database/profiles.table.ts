import type { SetAvatar } from '@likeness/contracts'
import type { Transaction } from '@likeness/runtime/database'
import { type ColumnType, type Generated, sql, type Updateable } from 'kysely'
import type { Tables } from './database.js'

/** The avatar a profile shows; its addresses are derived when read. */
export type StoredAvatar = Omit<SetAvatar, 'uploadId' | 'actor' | 'restored'>

/** Extra fields, as the user's group defines them. */
export type Custom = Readonly<Record<string, unknown>>

export type ProfilesTable = {
  user_id: string
  first_name: Generated<string | null>
  last_name: Generated<string | null>
  nickname: string
  bio: Generated<string | null>
  /** E.164. */
  phone_number: Generated<string | null>
  company_name: Generated<string | null>
  profession: Generated<string | null>
  /** `YYYY-MM-DD`: a date has no time zone, so it never becomes a Date. */
  birth_date: Generated<string | null>
  linkedin_url: Generated<string | null>
  github_url: Generated<string | null>
  is_professional: Generated<boolean>
  locale: Generated<string | null>
  discoverable: Generated<boolean>
  custom: ColumnType<Custom, string | undefined, string>
  /** Version of the newest avatar, or withdrawal of one, that media reported; 0 before the first. It only grows. */
  avatar_version: Generated<number>
  avatar: ColumnType<StoredAvatar | null, never, string | null>
  /** The last change of anything the user is shown, including their name. */
  updated_at: Generated<Date>
}

/** The columns a person may change. */
export type ProfileChanges = Omit<
  Updateable<ProfilesTable>,
  'user_id' | 'avatar' | 'avatar_version' | 'updated_at'
>

const now = sql<Date>`now()`

export async function insertProfile(
  trx: Transaction<Tables>,
  userId: string,
  profile: ProfileChanges & { nickname: string },
): Promise<void> {
  await trx
    .insertInto('profiles')
    .values({ ...profile, user_id: userId })
    .execute()
}

export async function updateProfile(
  trx: Transaction<Tables>,
  userId: string,
  changes: ProfileChanges,
): Promise<void> {
  await trx
    .updateTable('profiles')
    .set({ ...changes, updated_at: now })
    .where('user_id', '=', userId)
    .execute()
}

/**
 * Shows an avatar, or none, unless the profile has this version or a newer one.
 * @returns whether it was applied
 */
export async function setAvatarIfNewer(
  trx: Transaction<Tables>,
  userId: string,
  version: number,
  avatar: StoredAvatar | null,
): Promise<boolean> {
  const { numUpdatedRows } = await trx
    .updateTable('profiles')
    .set({ avatar: avatar && JSON.stringify(avatar), avatar_version: version, updated_at: now })
    .where('user_id', '=', userId)
    .where('avatar_version', '<', version)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

/** Replaces the alt text of the profile's current version with a newer one. */
export async function setAltTextIfNewer(
  trx: Transaction<Tables>,
  userId: string,
  { version, revision, altText }: Pick<StoredAvatar, 'version' | 'revision' | 'altText'>,
): Promise<void> {
  await trx
    .updateTable('profiles')
    .set({
      avatar: sql<string>`avatar || jsonb_build_object('altText', ${altText}::text, 'revision', ${revision}::integer)`,
      updated_at: now,
    })
    .where('user_id', '=', userId)
    .where('avatar_version', '=', version)
    .where(sql<boolean>`${storedRevision} < ${revision}`)
    .execute()
}

// Avatars reported by the previous release have no revision.
const storedRevision = sql<number>`coalesce((avatar ->> 'revision')::integer, 0)`

/**
 * Updates the profile's current version: the same picture in more sizes or formats, and its text unless the profile has
 * a newer one.
 */
export async function refreshAvatar(
  trx: Transaction<Tables>,
  userId: string,
  avatar: StoredAvatar,
): Promise<void> {
  const given = sql<string>`${JSON.stringify(avatar)}::jsonb`
  const newest = sql<string>`case when ${storedRevision} > ${avatar.revision}
    then ${given} || jsonb_build_object('altText', avatar -> 'altText', 'revision', avatar -> 'revision')
    else ${given} end`
  await trx
    .updateTable('profiles')
    .set({ avatar: newest, updated_at: now })
    .where('user_id', '=', userId)
    .where('avatar_version', '=', avatar.version)
    .where(sql<boolean>`avatar <> ${newest}`)
    .execute()
}
