import { PageQuery, ProblemBody, TrailPage, TrailParams } from '@likeness/contracts'
import { answerPage, type Server } from '@likeness/runtime'
import { listTrail } from '../database/upload-events.table.js'
import { findUpload } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { problem } from '../problems.js'
import { viewEvent } from '../uploads/event-view.js'
import { openCursor } from '../uploads/open-cursor.js'

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
      const { limit, cursor } = request.query
      const after = Number(openCursor(deps.cursors, cursor, 'number') ?? 0)
      const upload = await findUpload(deps.db, request.params.uploadId)
      if (!upload) throw problem('upload-not-found')
      const rows = await listTrail(deps.db, upload, { after, limit: limit + 1 })
      return answerPage(request, reply, deps.cursors, {
        rows: rows.map((row) => ({ at: row.at, id: String(row.seq), row })),
        limit,
        view: ({ row }) => ({ seq: row.seq, ...viewEvent(row) }),
      })
    },
  )
}
