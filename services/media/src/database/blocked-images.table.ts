import type { Database, Transaction } from '@likeness/runtime/database'
import { newId } from '@likeness/runtime/ids'
import { type ColumnType, type Generated, type Selectable, sql } from 'kysely'
import type { Tables } from './database.js'
import type { OldRows } from './old-rows.queries.js'

/** The deny-list: pictures that operators refuse, by their bytes and by their look. */
export type BlockedImagesTable = {
  id: string
  at: Generated<Date>
  sha256: string
  /** PostgreSQL's `bit(64)`; null for a picture without a look. */
  look: string | null
  /** A look that differs in at most so many bits is refused. */
  distance: number | null
  reason: string
  actor_id: string
  takedown_id: string
  /** When, by whom and why it was taken off the list. */
  lifted_at: ColumnType<Date | null, never, Date>
  lifted_by: ColumnType<string | null, never, string>
  lift_reason: ColumnType<string | null, never, string>
}
export type BlockedImageRow = Selectable<BlockedImagesTable>
type Db = Database<Tables>

/**
 * Whether bytes are on the deny-list, for the text of a prepared statement. It is part of the statement that stages an
 * upload: what is committed before that statement begins is refused, in every process.
 * The function `stage_upload` of the first migration asks the same.
 */
export const areBlocked = (sha256: string): string =>
  `exists (select from blocked_images where blocked_images.sha256 = ${sha256} and lifted_at is null)`

/** Puts a picture on the deny-list. @returns its entry: the one that its bytes have already, made as wide */
export async function blockImage(
  trx: Transaction<Tables>,
  {
    look,
    distance,
    ...image
  }: Pick<BlockedImageRow, 'sha256' | 'reason' | 'actor_id' | 'takedown_id'> & {
    look: string | undefined
    distance: number
  },
): Promise<string> {
  const { id } = await trx
    .insertInto('blocked_images')
    .values({
      ...image,
      id: newId(),
      look: look === undefined ? null : sql<string>`('x' || ${look}::text)::bit(64)`,
      distance: look === undefined ? null : distance,
    })
    .onConflict((same) =>
      same.column('sha256').where('lifted_at', 'is', null).doUpdateSet({
        look: sql<string>`coalesce(blocked_images.look, excluded.look)`,
        distance: sql<number>`greatest(blocked_images.distance, excluded.distance)`,
      }),
    )
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** The entries that refuse pictures, newest first, older than the id `after`. */
export function listBlockedImages(
  db: Db,
  page: { after: string | undefined; limit: number },
): Promise<BlockedImageRow[]> {
  return db
    .selectFrom('blocked_images')
    .selectAll()
    .where('lifted_at', 'is', null)
    .$if(page.after !== undefined, (query) => query.where('id', '<', page.after ?? ''))
    .orderBy('id', 'desc')
    .limit(page.limit)
    .execute()
}

/** Entries that were taken off the list before that time. */
export const oldBlocks = (before: Date): OldRows => ({
  table: 'blocked_images',
  since: 'lifted_at',
  isOld: sql<boolean>`lifted_at <= ${before}`,
})

/** Takes an entry off the list. @returns `before` when that was done earlier; undefined when there is none */
export async function liftBlock(
  trx: Transaction<Tables>,
  id: string,
  lifted: { by: string; reason: string },
): Promise<'lifted' | 'before' | undefined> {
  const done = await trx
    .updateTable('blocked_images')
    .set({ lifted_at: sql<Date>`now()`, lifted_by: lifted.by, lift_reason: lifted.reason })
    .where('id', '=', id)
    .where('lifted_at', 'is', null)
    .returning('id')
    .executeTakeFirst()
  if (done) return 'lifted'
  const row = await trx.selectFrom('blocked_images').select('id').where('id', '=', id).executeTakeFirst()
  return row && 'before'
}
