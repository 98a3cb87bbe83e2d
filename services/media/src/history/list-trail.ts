import { PageQuery, ProblemBody, TrailPage, TrailParams } from '@likeness/contracts'
import { openPage, type Server } from '@likeness/runtime'
import { listTrail } from '../database/upload-events.table.js'
import { findUpload } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { problem } from '../problems.js'
import { viewEvent } from '../uploads/event-view.js'

/** GET /v1/history/:uploadId/events: who did what to an upload, when and from where. */
export function listTrailRoute(server: Server, deps: Deps): void {
  server.get(
    '/v1/history/:uploadId/events',
    {
      schema: {
        summary: 'The event trail of an upload, first things first',
        tags: ['history'],
        security: [{ accessToken: [] }],
        params: TrailParams,
        querystring: PageQuery,
        response: { 200: TrailPage, '4xx': ProblemBody },
      },
    },
    async (request, reply) => {
      const page = openPage(request, request.query, deps.cursors)
      const upload = await findUpload(deps.db, request.params.uploadId)
      if (!upload) throw problem('upload-not-found')
      const events = await listTrail(deps.db, upload, { after: Number(page.after ?? 0), limit: page.rows })
      const rows = events.map((event) => ({ ...event, id: String(event.seq) }))
      return page.answer(reply, rows, (shown) => shown.map((row) => ({ seq: row.seq, ...viewEvent(row) })))
    },
  )
}
