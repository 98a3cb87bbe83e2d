import type { HistoryQuery } from '@likeness/contracts'
import type { Database } from '@likeness/runtime/database'
import { firstIdAt } from '@likeness/runtime/ids'
import { sql } from 'kysely'
import type { Tables } from './database.js'
import { isOfSomebody, type UploadRow } from './uploads.table.js'

export type HistoryRow = UploadRow & { readonly uploaded_by: string | null; readonly ip: string | null }

// An id is drawn when an upload begins, uploaded_at when its row is written. A direct upload may take a day in between,
// and clocks may differ.
const mostApartMs = 25 * 3_600_000

/** The matching uploads of all users, newest first, older than the id `after`. */
export function listHistory(
  db: Database<Tables>,
  filter: Omit<HistoryQuery, 'limit' | 'cursor'>,
  page: { after: string | undefined; limit: number },
): Promise<HistoryRow[]> {
  const { userId, status, format, from, to, q, ip } = filter
  let query = db
    .selectFrom('uploads')
    .selectAll()
    .select((eb) => {
      const first = eb
        .selectFrom('upload_events')
        .whereRef('upload_events.user_id', '=', 'uploads.user_id')
        .whereRef('upload_id', '=', 'id')
        .orderBy('seq')
        .limit(1)
      return [first.select('actor_id').as('uploaded_by'), first.select('ip').as('ip')]
    })
    .where(isOfSomebody)
    .orderBy('id', 'desc')
    .limit(page.limit)
  if (page.after !== undefined) query = query.where('id', '<', page.after)
  if (userId !== undefined) query = query.where('user_id', '=', userId)
  if (status !== undefined) query = query.where('status', '=', status)
  if (format !== undefined) query = query.where('format', '=', format)
  // An index finds the range of ids; the time itself decides.
  if (from !== undefined) {
    const at = new Date(from)
    query = query.where('uploaded_at', '>=', at).where('id', '>=', idNear(at, -mostApartMs))
  }
  if (to !== undefined) {
    const at = new Date(to)
    query = query.where('uploaded_at', '<', at).where('id', '<', idNear(at, mostApartMs))
  }
  if (q !== undefined) {
    query = query.where((eb) =>
      eb.exists(
        eb
          .selectFrom('upload_events')
          .select('seq')
          .whereRef('upload_events.user_id', '=', 'uploads.user_id')
          .whereRef('upload_id', '=', 'id')
          .where('type', '=', 'uploaded')
          .where(sql<string>`details ->> 'filename'`, 'ilike', `%${q.replace(/[\\%_]/g, '\\$&')}%`),
      ),
    )
  }
  if (ip !== undefined) {
    query = query.where('id', 'in', (eb) =>
      eb.selectFrom('upload_events').select('upload_id').where('ip', '=', ip),
    )
  }
  return query.execute()
}

const idNear = (at: Date, ms: number) => firstIdAt(new Date(Math.max(0, at.getTime() + ms)))
