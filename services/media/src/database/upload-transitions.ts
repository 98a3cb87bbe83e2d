import { type Crop, isSquare } from '@likeness/contracts'
import type { Database, Transaction } from '@likeness/runtime/database'
import { gatheredCall } from '@likeness/runtime/gathered-call'
import { statement } from '@likeness/runtime/prepared'
import { sql } from 'kysely'
import type { Actor } from './actor.js'
import type { AvatarRow } from './avatars.table.js'
import type { Tables } from './database.js'
import type { Look } from './looks.table.js'
import { now, transition } from './transition.js'
import {
  type ConfirmedRow,
  isOfSomebody,
  type UploadKey,
  type UploadRow,
  uploadColumns,
} from './uploads.table.js'

type Db = Database<Tables>

/**
 * Notes the first decoding, once the preview is stored, unless the picture is on the deny-list. The status stays as it is.
 * @param look of the picture, by which it and later ones are compared; undefined for one without
 * @returns the row, or the entry of the deny-list; neither when another run noted it or it was closed
 */
export async function markPrepared(
  db: Db,
  { user_id, id, sha256 }: Pick<UploadRow, 'user_id' | 'id' | 'sha256'>,
  { thumbhash, look }: { thumbhash: string; look: Look | undefined },
): Promise<{ row?: UploadRow; blockedBy?: string }> {
  const [found] = await notePrepared(db, user_id, id, thumbhash, sha256, look?.own, look?.mirrored)
  if (!found) return {}
  const { blocked_by, ...row } = found
  return blocked_by === null ? { row } : { blockedBy: blocked_by }
}
const notePrepared = statement<UploadRow & { blocked_by: string | null }>(
  'mark-prepared',
  `with its as materialized (
    select ('x' || $5::text)::bit(64) as look, ('x' || $6::text)::bit(64) as mirrored
  ), blocked as materialized (
    select id as blocked_by from blocked_images, its
    where lifted_at is null and (sha256 = $4::text
      or least(bit_count(blocked_images.look # its.look), bit_count(blocked_images.look # its.mirrored)) <= distance)
    limit 1
  ), changed as (
    update uploads set prepared_at = now(), thumbhash = $3
    where user_id = $1 and id = $2 and status in ('pending', 'confirmed') and prepared_at is null
      and not exists (select from blocked)
    returning ${uploadColumns('uploads')}
  ), looked as (
    insert into looks (user_id, upload_id, look)
    select user_id, id, look from changed, its where look is not null
  ), event as (
    insert into upload_events (user_id, upload_id, type, details)
    select user_id, id, 'prepared', jsonb_strip_nulls(jsonb_build_object('version', version)) from changed
  )
  select ${uploadColumns('changed')}, blocked_by from changed full join blocked on true`,
)

/** Notes that the variants of this recipe are stored, unless it was rendered otherwise or closed. @returns whether it did */
export async function markRenderedAhead(
  db: Db,
  { user_id, id }: UploadKey,
  recipe: string,
): Promise<boolean> {
  return (await renderedAhead(db, user_id, id, recipe)).length > 0
}
const renderedAhead = statement(
  'mark-rendered-ahead',
  `update uploads set rendered_ahead = $3
  where user_id = $1 and id = $2 and status in ('pending', 'confirmed') and rendered_at is null
  returning id`,
)

/** The choice of the person who confirms. */
export type Choice = {
  readonly crop: Crop | undefined
  readonly altText: string | undefined
  readonly sha256: string | undefined
}

/** Stored variants, as their avatar names them. */
export type StoredVariants = Pick<AvatarRow, 'blob_prefix' | 'sizes' | 'formats'>

/** An avatar made of a confirmed upload: whether it is the one the user shows, and the upload that it superseded. */
export type Shown = { readonly isLive: boolean; readonly superseded: string | null }

/**
 * pending → confirmed, drawing the version that orders this user's confirmations, by the function `confirm_upload`.
 * Changes nothing if it has expired, if `sha256` differs, or if the crop is not a square within the picture.
 * @param ahead where variants of this recipe were rendered ahead, they become the avatar in the same statement
 */
export async function confirmPending(
  db: Db,
  { user_id, id }: UploadKey,
  { crop, altText, sha256 }: Choice,
  actor: Actor,
  ahead?: StoredVariants & { readonly recipe: string },
): Promise<{ row: ConfirmedRow; shown: Shown | undefined } | undefined> {
  if (crop && !isSquare(crop)) return undefined
  const found = await confirmUpload(db, {
    the_user: user_id,
    the_upload: id,
    chosen_crop: crop,
    chosen_text: altText,
    expected_sha256: sha256,
    the_actor: actor.id,
    the_ip: actor.ip,
    the_agent: actor.userAgent,
    recipe: ahead?.recipe,
    prefix: ahead?.blob_prefix,
    made_sizes: ahead?.sizes,
    made_formats: ahead?.formats,
  })
  if (!found) return undefined
  const { is_live, superseded_id, ...row } = found
  return { row, shown: is_live === null ? undefined : { isLive: is_live, superseded: superseded_id } }
}
const confirmUpload = gatheredCall<
  ConfirmedRow & { is_live: boolean | null; superseded_id: string | null }
>()('confirm-upload', {
  function: 'confirm_upload',
  parameters: {
    the_user: 'uuid',
    the_upload: 'uuid',
    chosen_crop: 'jsonb',
    chosen_text: 'text',
    expected_sha256: 'text',
    the_actor: 'uuid',
    the_ip: 'inet',
    the_agent: 'text',
    recipe: 'text',
    prefix: 'text',
    made_sizes: 'integer[]',
    made_formats: 'text[]',
  },
  select: `${uploadColumns('(changed)')}, is_live, superseded_id, busy`,
  pauseMs: 0,
})

/** pending → discarded. */
export function discardPending(
  db: Db,
  key: UploadKey,
  actor: Actor,
  reason?: string,
): Promise<UploadRow | undefined> {
  return transition(
    db,
    key,
    ['pending'],
    { status: 'discarded', expires_at: null, closed_at: now },
    { type: 'discarded', actor, details: reason === undefined ? {} : { reason } },
    sql`expires_at > now()`,
  )
}

/**
 * confirmed: the variants are stored, and become the avatar unless a later decision was made, by the function
 * `show_rendered`.
 * @returns also the recipe of variants rendered ahead; undefined when it was rendered before or is confirmed no more
 */
export async function showRendered(
  db: Db,
  { user_id, id }: UploadKey,
  { blob_prefix, sizes, formats }: StoredVariants,
): Promise<(Shown & Pick<UploadRow, 'rendered_ahead'>) | undefined> {
  const [shown] = await rendered(db, user_id, id, blob_prefix, sizes, formats)
  return shown && { isLive: shown.is_live, superseded: shown.superseded_id, rendered_ahead: shown.ahead }
}
const rendered = statement<{ is_live: boolean; superseded_id: string | null; ahead: string | null }>(
  'show-rendered',
  'select is_live, superseded_id, ahead from show_rendered($1, $2, $3, $4, $5)',
)

/**
 * confirmed → published, and on to superseded when a later decision overtook it, by the function `publish_upload`.
 * @returns the row, and whether accounts has yet to be told of a change of its text
 */
export async function markPublished(
  db: Db,
  { user_id, id, version }: UploadKey & { version: number },
): Promise<{ row: UploadRow; hasUntoldText: boolean } | undefined> {
  const found = await published(db, { the_user: user_id, the_upload: id, decided: version })
  if (!found) return undefined
  const { has_untold_text, ...row } = found
  return { row, hasUntoldText: has_untold_text }
}
const published = gatheredCall<UploadRow & { has_untold_text: boolean }>()('publish-upload', {
  function: 'publish_upload',
  parameters: { the_user: 'uuid', the_upload: 'uuid', decided: 'bigint' },
  select: `${uploadColumns('(changed)')}, has_untold_text, busy`,
  pauseMs: 0,
})

/** published → superseded by a later decision, under `lockUser`, by the function `supersede`. @returns whether it was */
export async function markSuperseded(
  trx: Transaction<Tables>,
  { user_id, id }: UploadKey,
  by: number,
): Promise<boolean> {
  const [found] = await superseded(trx, user_id, id, by)
  return found?.done ?? false
}
const superseded = statement<{ done: boolean }>('supersede', 'select supersede($1, $2, $3) as done')

/** superseded or withdrawn → confirmed, under a new version; its variants still exist. */
export function markRestored(
  trx: Transaction<Tables>,
  key: UploadKey,
  actor: Actor,
): Promise<ConfirmedRow | undefined> {
  return transition(
    trx,
    key,
    ['superseded', 'withdrawn'],
    {
      status: 'confirmed',
      version: sql<number>`nextval('avatar_version')`,
      confirmed_at: now,
      published_at: null,
      closed_at: null,
    },
    { type: 'restored', actor },
    isOfSomebody,
  ) as Promise<ConfirmedRow | undefined>
}

/** Any final state but discarded → erased: everything that shows the picture goes, the trail stays. */
export function markErased(
  trx: Transaction<Tables>,
  key: UploadKey,
  { actor, details }: { actor: Actor; details: Readonly<Record<string, unknown>> },
): Promise<UploadRow | undefined> {
  return transition(
    trx,
    key,
    ['superseded', 'withdrawn', 'expired', 'rejected', 'failed'],
    { status: 'erased', closed_at: now, thumbhash: null, alt_text: null },
    { type: 'erased', actor, details },
  )
}
