import type { Scope, ServiceKey } from '@likeness/contracts'
import type { Database } from '@likeness/runtime/database'
import { statement } from '@likeness/runtime/prepared'
import { type ColumnType, type Generated, type Selectable, sql } from 'kysely'
import type { Tables } from './database.js'

/** Keys of backends and jobs. A key has 256 random bits, so its SHA-256 tells nothing of it. */
export type ServiceKeysTable = {
  id: string
  prefix: string
  hash: Buffer
  name: string
  scopes: string[]
  created_at: Generated<Date>
  created_by: string | null
  expires_at: Date
  last_used_at: ColumnType<Date | null, never, Date | null>
  revoked_at: ColumnType<Date | null, never, Date | null>
}
export type ServiceKeyRow = Selectable<ServiceKeysTable>
type Db = Database<Tables>

/** A key that may be used now. */
export type UsableKey = { readonly id: string; readonly scopes: readonly Scope[]; readonly expires_at: Date }

/** The key with this hash, unless it was revoked or has expired; notes its use, once a minute. */
export async function useKey(db: Db, hash: Buffer): Promise<UsableKey | undefined> {
  const [found] = await find(db, hash)
  if (found?.isStale) await note(db, found.id)
  return found
}

const find = statement<UsableKey & { isStale: boolean }>(
  'find-usable-key',
  `select id, scopes, expires_at, coalesce(last_used_at < now() - interval '1 minute', true) as "isStale"
  from service_keys where hash = $1 and revoked_at is null and expires_at > now()`,
)
const note = statement('note-use-of-key', 'update service_keys set last_used_at = now() where id = $1')

export const insertKey = (
  db: Db,
  row: Pick<ServiceKeyRow, 'id' | 'prefix' | 'hash' | 'name' | 'scopes' | 'created_by'> & { days: number },
): Promise<ServiceKeyRow> => {
  const { days, ...key } = row
  return db
    .insertInto('service_keys')
    .values({ ...key, expires_at: sql<Date>`now() + make_interval(days => ${days})` })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Newest first. */
export const listKeyRows = (db: Db): Promise<ServiceKeyRow[]> =>
  db.selectFrom('service_keys').selectAll().orderBy('created_at', 'desc').orderBy('id').execute()

/** @returns the row as it is now, and whether this revoked it; undefined for no such key */
export async function markRevoked(
  db: Db,
  id: string,
): Promise<{ row: ServiceKeyRow; isNew: boolean } | undefined> {
  const revoked = await db
    .updateTable('service_keys')
    .set({ revoked_at: sql<Date>`now()` })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .returningAll()
    .executeTakeFirst()
  if (revoked) return { row: revoked, isNew: true }
  const row = await db.selectFrom('service_keys').selectAll().where('id', '=', id).executeTakeFirst()
  return row && { row, isNew: false }
}

/** A key as it is listed. */
export const viewKey = (row: ServiceKeyRow): ServiceKey => ({
  id: row.id,
  prefix: row.prefix,
  name: row.name,
  scopes: row.scopes as Scope[],
  createdAt: row.created_at.toISOString(),
  createdBy: row.created_by,
  expiresAt: row.expires_at.toISOString(),
  lastUsedAt: row.last_used_at?.toISOString() ?? null,
  revokedAt: row.revoked_at?.toISOString() ?? null,
})
