import type { VariantFormat } from '@likeness/contracts'
import type { Database } from '@likeness/runtime/database'
import { statement } from '@likeness/runtime/prepared'
import type { Actor } from './actor.js'
import type { AvatarRow } from './avatars.table.js'
import type { Tables } from './database.js'
import { type ConfirmedRow, type UploadKey, uploadColumns } from './uploads.table.js'

/** What accounts is told of an avatar. */
export type ShownAvatar = Pick<
  AvatarRow,
  'version' | 'path_version' | 'sizes' | 'formats' | 'text_revision'
> & {
  /** Whether it is the one that the user shows. */
  readonly live: boolean
}

/** A confirmed upload on its way to the profile. */
export type Publication = {
  readonly row: ConfirmedRow
  /** Once it is rendered. */
  readonly avatar: ShownAvatar | undefined
  /** The person who confirmed or restored it under its current version; null when the trail is gone. */
  readonly decider: (Actor & { readonly id: string }) | null
}

/** The publication of an upload under this version; undefined when it is no longer confirmed, or under another. */
export async function findPublication(
  db: Database<Tables>,
  { user_id, id, version }: UploadKey & { version: number },
): Promise<Publication | undefined> {
  const [found] = await publication(db, user_id, id, version)
  if (!found) return undefined
  const { live, path_version, sizes, formats, text_revision, actor_id, actor_ip, actor_agent, ...row } = found
  return {
    row,
    avatar: live === null ? undefined : { version, path_version, sizes, formats, text_revision, live },
    decider: actor_id === null ? null : { id: actor_id, ip: actor_ip, userAgent: actor_agent },
  }
}

type Found = ConfirmedRow & {
  live: boolean | null
  path_version: number
  sizes: number[]
  formats: VariantFormat[]
  text_revision: number
  actor_id: string | null
  actor_ip: string | null
  actor_agent: string | null
}
const publication = statement<Found>(
  'find-publication',
  `select ${uploadColumns('uploads')}, live, path_version, sizes, formats, text_revision,
    decision.actor_id, decision.ip as actor_ip, decision.user_agent as actor_agent
  from uploads
  left join avatars using (user_id, version)
  left join lateral (
    select actor_id, ip, user_agent from upload_events
    where user_id = uploads.user_id and upload_id = uploads.id and type in ('confirmed', 'restored')
      and details ->> 'version' = uploads.version::text
    limit 1) decision on true
  where uploads.user_id = $1 and uploads.id = $2 and uploads.status = 'confirmed' and uploads.version = $3
    and not exists (select from erased_users where erased_users.user_id = $1)`,
)
