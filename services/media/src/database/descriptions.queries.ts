import type { Database, Transaction } from '@likeness/runtime/database'
import { type SqlBool, sql } from 'kysely'
import type { Actor } from './actor.js'
import type { AvatarRow } from './avatars.table.js'
import type { Tables } from './database.js'
import type { UploadKey, UploadRow } from './uploads.table.js'

type Db = Database<Tables>

/** Under `lockUser`: changes the text of an upload just found, with its event, and notes that accounts does not know of it. */
export async function setAltText(
  trx: Transaction<Tables>,
  { user_id, id, alt_text }: UploadKey & Pick<UploadRow, 'alt_text'>,
  altText: string | null,
  actor: Actor,
): Promise<AvatarRow> {
  const { rows } = await sql<AvatarRow>`
    with changed as (
      update uploads set alt_text = ${altText}
      where user_id = ${user_id} and id = ${id}
    ), described as (
      update avatars
      set text_revision = text_revision + 1, text_untold_since = coalesce(text_untold_since, now())
      where user_id = ${user_id} and upload_id = ${id}
      returning *
    ), event as (
      insert into upload_events (user_id, upload_id, type, actor_id, ip, user_agent, details, changes)
      select user_id, upload_id, 'described', ${actor.id}::uuid, ${actor.ip}::inet, ${actor.userAgent}::text,
        jsonb_build_object('version', version, 'revision', text_revision),
        jsonb_build_object('altText', jsonb_build_object('before', ${alt_text}::text, 'after', ${altText}::text))
      from described
    )
    select * from described`.execute(trx)
  const [row] = rows
  if (!row) throw new Error('the avatar just found is gone')
  return row
}

/** The changes of a picture's text that accounts does not know of: the newest revision, and who made each. */
export async function findUntoldText(db: Db, { user_id, id }: UploadKey) {
  const found = await db
    .selectFrom('avatars')
    .innerJoin('uploads', (join) =>
      join.onRef('uploads.user_id', '=', 'avatars.user_id').onRef('uploads.id', '=', 'avatars.upload_id'),
    )
    .select(['avatars.version', 'text_revision', 'text_told', 'alt_text', 'status'])
    .where('avatars.user_id', '=', user_id)
    .where('avatars.upload_id', '=', id)
    .where('text_untold_since', 'is not', null)
    .executeTakeFirst()
  if (!found) return undefined
  const revision = sql<number>`(details ->> 'revision')::integer`
  const changes = await db
    .selectFrom('upload_events')
    .select(['actor_id', 'ip', 'user_agent', 'changes', revision.as('revision')])
    .where('user_id', '=', user_id)
    .where('upload_id', '=', id)
    .where('type', '=', 'described')
    .where(sql<SqlBool>`${revision} > ${found.text_told} and ${revision} <= ${found.text_revision}`)
    .orderBy('seq', 'desc')
    // More than anyone reads in an activity; the trail has them all.
    .limit(100)
    .execute()
  return { ...found, changes: changes.toReversed() }
}

/** Notes that accounts knows the text up to this revision. */
export async function markTextTold(db: Db, { user_id, id }: UploadKey, revision: number): Promise<void> {
  await db
    .updateTable('avatars')
    .set({
      text_told: revision,
      text_untold_since: sql`case when text_revision > ${revision} then text_untold_since end`,
    })
    .where('user_id', '=', user_id)
    .where('upload_id', '=', id)
    .where('text_told', '<', revision)
    .execute()
}
