import type { ActivityType, SetAvatar } from '@likeness/contracts'
import type { Database, Transaction } from '@likeness/runtime/database'
import { statement } from '@likeness/runtime/prepared'
import { type ColumnType, type Generated, sql, type Updateable } from 'kysely'
import { type Origin, roleOfActor } from './activities.table.js'
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
 * Under `lockPerson`: shows no avatar, unless the profile has this version or a newer one.
 * @returns the version that was shown until now, if there was one
 */
export async function removeAvatarIfOlder(
  trx: Transaction<Tables>,
  userId: string,
  version: number,
): Promise<number | undefined> {
  const [before] = await trx
    .with('before', (query) =>
      query
        .selectFrom('profiles')
        .select(['user_id', 'avatar_version', 'avatar'])
        .where('user_id', '=', userId)
        .where('avatar_version', '<', version),
    )
    .updateTable('profiles')
    .from('before')
    .set({ avatar: null, avatar_version: version, updated_at: now })
    .whereRef('profiles.user_id', '=', 'before.user_id')
    .returning(['before.avatar_version', 'before.avatar'])
    .execute()
  return before?.avatar ? before.avatar_version : undefined
}

/** How an avatar that is new to the profile enters its owner's activity. */
export type AvatarActivity = {
  readonly type: ActivityType
  readonly origin: Origin
  /** The person who did it, if not the owner. */
  readonly actorId: string | null
  readonly details: Readonly<Record<string, unknown>>
}

/**
 * Shows an avatar and notes it as activity, unless the profile has a newer version. Of the version it has, it takes other
 * sizes and formats, and the text unless it has a newer one. One statement, which locks the person first.
 * @returns false when there is no such user
 */
export async function showAvatar(
  db: Database<Tables>,
  userId: string,
  avatar: StoredAvatar,
  { type, origin, actorId, details }: AvatarActivity,
): Promise<boolean> {
  const { version, revision } = avatar
  const found = await shownAvatar(
    db,
    userId,
    version,
    JSON.stringify(avatar),
    revision,
    type,
    origin.ip,
    origin.userAgent,
    actorId,
    JSON.stringify(details),
    origin.kind,
  )
  return found.length > 0
}
const shownAvatar = statement<{ id: string }>(
  'show-avatar',
  `with person as materialized (
    -- As they are now, even if another transaction held them when this began.
    select users.id, profiles.avatar_version as known,
      case when profiles.avatar is not null then profiles.avatar_version end as shown,
      case when profiles.avatar_version = $2 and coalesce((profiles.avatar ->> 'revision')::integer, 0) > $4
        then $3::jsonb || jsonb_build_object('altText', profiles.avatar -> 'altText', 'revision', profiles.avatar -> 'revision')
        else $3::jsonb end as newest
    from users join profiles on profiles.user_id = users.id
    where users.id = $1 for no key update
  ), changed as (
    update profiles set avatar = newest, avatar_version = $2, updated_at = now()
    from person
    where user_id = id and (known < $2 or known = $2 and avatar <> newest)
    returning known, shown
  ), activity as (
    insert into activities (id, user_id, type, ip, user_agent, actor_id, details, actor_kind, changes, actor_role)
    select new_id(), $1, $5, $6, $7, $8, $9, $10,
      jsonb_build_object('avatarVersion', jsonb_build_object('before', shown, 'after', $2::bigint)),
      ${roleOfActor('$8')}
    from changed where known < $2
  )
  select id from person`,
)

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
