import { type HistoryEntry, HistoryPage, HistoryQuery, ProblemBody } from '@likeness/contracts'
import { openPage, type Server } from '@likeness/runtime'
import { type HistoryRow, listHistory } from '../database/history.queries.js'
import type { Deps } from '../deps.js'
import { viewUploads } from '../uploads/upload-view.js'

/** GET /v1/history: every upload of everyone. */
export function listHistoryRoute(server: Server, deps: Deps): void {
  server.get(
    '/v1/history',
    {
      schema: {
        summary: 'Every upload of everyone, newest first',
        tags: ['history'],
        security: [{ accessToken: [] }],
        querystring: HistoryQuery,
        response: { 200: HistoryPage, '4xx': ProblemBody },
      },
    },
    async (request, reply) => {
      const page = openPage(request, request.query, deps.cursors)
      const rows = await listHistory(deps.db, request.query, { after: page.after, limit: page.rows })
      return page.answer(reply, rows, (shown) => viewHistory(deps, shown))
    },
  )
}

async function viewHistory(deps: Deps, rows: readonly HistoryRow[]): Promise<HistoryEntry[]> {
  const uploads = await viewUploads(deps, rows)
  return uploads.map((upload, index) => ({
    ...upload,
    uploadedBy: rows[index]?.uploaded_by ?? null,
    ip: rows[index]?.ip ?? null,
  }))
}
