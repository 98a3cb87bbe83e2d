import type { HistoryEntry } from '@likeness/contracts'
import type { history } from '@likeness/contracts/endpoints'
import { openPage } from '@likeness/runtime/page'
import type { Handler } from '@likeness/runtime/serve'
import { type HistoryRow, listHistory } from '../database/history.queries.js'
import type { Deps } from '../deps.js'
import { viewUploads } from '../uploads/upload-view.js'

/** `history.list`: the uploads of all users. */
export const listHistoryHandler =
  (deps: Deps): Handler<typeof history.list> =>
  async (request, reply) => {
    const page = openPage(request, request.query, deps.cursors)
    const rows = await listHistory(deps.db, request.query, { after: page.after, limit: page.rows })
    return page.answer(reply, rows, (shown) => viewHistory(deps, shown))
  }

async function viewHistory(deps: Deps, rows: readonly HistoryRow[]): Promise<HistoryEntry[]> {
  const uploads = await viewUploads(deps, rows)
  return uploads.map((upload, index) => ({
    ...upload,
    uploadedBy: rows[index]?.uploaded_by ?? null,
    ip: rows[index]?.ip ?? null,
  }))
}
