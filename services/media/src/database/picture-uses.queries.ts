import type { TakeDownAct, UploadStatus } from '@likeness/contracts'
import type { Database, Transaction } from '@likeness/runtime/database'
import { type RawBuilder, sql } from 'kysely'
import type { Tables } from './database.js'
import type { Look } from './looks.table.js'
import { isOfSomebody, type UploadKey } from './uploads.table.js'

/** An upload that shows the picture. */
type PictureUseRow = UploadKey & {
  readonly status: UploadStatus
  readonly sha256: string
  readonly version: number | null
  readonly uploaded_at: Date
  readonly prepared_at: Date | null
  /** 0 for the same bytes. */
  readonly distance: number
  readonly act: TakeDownAct
}

/** An upload whose picture looks alike. */
export type Alike = { readonly user_id: string; readonly upload_id: string; readonly distance: number }

/**
 * Uploads whose look differs in at most so many bits, or is nearly the mirror image. It reads every look (ADR 32).
 * @param most of them; the caller asks for one more than it takes
 */
export async function findAlike(
  db: Database<Tables>,
  look: Look,
  distance: number,
  most: number,
): Promise<Alike[]> {
  const [own, mirrored] = [
    sql`bit_count(look # ${bits(look.own)})`,
    sql`bit_count(look # ${bits(look.mirrored)})`,
  ]
  // Written as an equation, since the planner takes that for rare and lets several processes read.
  const { rows } = await sql<Alike>`
    select user_id, upload_id, least(${own}, ${mirrored}) as distance from looks
    where (${own} <= ${distance} or ${mirrored} <= ${distance})::integer = 1
    limit ${most}`.execute(db)
  return rows
}

const bits = (look: string) => sql`${sql.lit(`x${look}`)}::bit(64)`

/** A picture as a take-down looks for it: its bytes, and the uploads that look alike. */
export type Wanted = { readonly sha256: string; readonly alike: readonly Alike[] }

/** What one page of the uses shows, and what the whole list is. */
export type PictureUses = {
  readonly rows: PictureUseRow[]
  readonly total: number
  readonly to_take_down: number
  readonly users: number
  /** A digest of all that would be taken down, as it is now. */
  readonly seen: string
}

/** Every upload of the picture by anyone, the most alike first, after (less alike or older than) `after`. */
export async function listUses(
  db: Database<Tables>,
  wanted: Wanted,
  page: { after: { distance: number; id: string } | undefined; limit: number },
): Promise<PictureUses> {
  const { after, limit } = page
  const { rows } = await sql<PictureUses>`
    with uses as materialized (${usesOf(wanted)}), shown as (
      select * from uses
      where ${after ? sql`distance > ${after.distance} or distance = ${after.distance} and id < ${after.id}::uuid` : sql`true`}
      order by distance, id desc limit ${limit}
    )
    select (select coalesce(json_agg(shown order by distance, id desc), '[]') from shown) as rows,
      count(*) as total, count(*) filter (where act <> 'none') as to_take_down, count(distinct user_id) as users,
      ${digest} as seen
    from uses`.execute(db)
  const [found] = rows
  if (!found) throw new Error('an aggregate without a row')
  return found
}

/** The digest alone, and the number of uploads that would be taken down. */
export async function digestUses(
  trx: Transaction<Tables>,
  wanted: Wanted,
): Promise<{ seen: string; to_take_down: number }> {
  const { rows } = await sql<{ seen: string; to_take_down: number }>`
    with uses as materialized (${usesOf(wanted)})
    select ${digest} as seen, count(*) filter (where act <> 'none') as to_take_down from uses`.execute(trx)
  const [found] = rows
  if (!found) throw new Error('an aggregate without a row')
  return found
}

/** Adds what would be taken down to a take-down, those of `except` as left. */
export async function insertItems(
  trx: Transaction<Tables>,
  takedownId: string,
  wanted: Wanted,
  except: readonly string[],
): Promise<void> {
  await sql`
    with uses as (${usesOf(wanted)})
    insert into takedown_items (takedown_id, user_id, upload_id, sha256, outcome)
    select ${takedownId}::uuid, user_id, id, sha256, case when id = any(${except}::uuid[]) then 'left' end
    from uses where act <> 'none'`.execute(trx)
}

// Whoever acts names all of this: an upload that was added, confirmed, replaced or restored changes it.
const digest = sql<string>`encode(sha256(convert_to(coalesce(
  string_agg(concat_ws(' ', id, sha256, status, version), ',' order by id) filter (where act <> 'none'), ''), 'UTF8')), 'hex')`

const act = sql<TakeDownAct>`case
  when held_at is not null then 'none'
  when status = 'pending' and expires_at > now() or status = 'confirmed' and rendered_at is null then 'refuse'
  when status in ('confirmed', 'published') then 'withdraw'
  when status in ('superseded', 'withdrawn') then 'hold'
  else 'none' end`

function usesOf({ sha256, alike }: Wanted): RawBuilder<PictureUseRow> {
  const columns = sql`uploads.user_id, uploads.id, status, uploads.sha256, version, uploads.uploaded_at, prepared_at, ${act} as act`
  return sql`
    select ${columns}, 0 as distance
    from upload_facts as facts join uploads on uploads.user_id = facts.user_id and uploads.id = facts.id
    where facts.sha256 = decode(${sha256}, 'hex') and ${isOfSomebody}
    union all
    select ${columns}, near.distance
    from unnest(${alike.map((one) => one.user_id)}::uuid[], ${alike.map((one) => one.upload_id)}::uuid[],
      ${alike.map((one) => one.distance)}::integer[]) as near (user_id, upload_id, distance)
    join uploads on uploads.user_id = near.user_id and uploads.id = near.upload_id
    where uploads.sha256 <> ${sha256} and ${isOfSomebody}`
}
