import { IdParams, ListUploadsQuery, ProblemBody, Upload, UploadPage } from '@likeness/contracts'
import { callerOf, isAtLeast, openPage, type Server } from '@likeness/runtime'
import { listUploads } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { problem } from '../problems.js'
import { findUploadFor } from './find-upload.js'
import { viewUpload, viewUploads } from './upload-view.js'

/** GET /v1/uploads/:id */
export function readUploadRoute(server: Server, deps: Deps): void {
  server.get(
    '/v1/uploads/:id',
    {
      schema: {
        summary: 'One upload',
        tags: ['uploads'],
        security: [{ accessToken: [] }],
        params: IdParams,
        response: { 200: Upload, '4xx': ProblemBody },
      },
    },
    async (request) => viewUpload(deps, await findUploadFor(deps, callerOf(request), request.params.id)),
  )
}

/** GET /v1/uploads: one's history, newest first. */
export function listUploadsRoute(server: Server, deps: Deps): void {
  server.get(
    '/v1/uploads',
    {
      schema: {
        summary: 'Upload history, newest first',
        description:
          'The header `Upload-Limit: max-size=10485760` of the answer says how many bytes an upload may have.',
        tags: ['uploads'],
        security: [{ accessToken: [] }],
        querystring: ListUploadsQuery,
        response: { 200: UploadPage, '4xx': ProblemBody },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request)
      const { status, userId = caller.id } = request.query
      if (userId !== caller.id && !isAtLeast(caller.role, 'manager')) throw problem('forbidden')
      // Upload-Limit of draft-ietf-httpbis-resumable-upload: nobody need send what would be refused.
      reply.header('upload-limit', `max-size=${deps.config.IMAGE_MAX_BYTES}`)
      const page = openPage(request, request.query, deps.cursors)
      const rows = await listUploads(deps.db, userId, {
        status,
        erased: false,
        after: page.after,
        limit: page.rows,
      })
      return page.answer(reply, rows, (shown) => viewUploads(deps, shown))
    },
  )
}
