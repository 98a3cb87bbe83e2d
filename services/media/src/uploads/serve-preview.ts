import { IdParams, ProblemBody } from '@likeness/contracts'
import { callerOf, type Server } from '@likeness/runtime'
import { BlobNotFoundError } from '@likeness/storage'
import { matches } from '../avatars/send-picture.js'
import type { Deps } from '../deps.js'
import { Picture, pictureHeaders, Unchanged } from '../pictures.js'
import { problem } from '../problems.js'
import { closedProblem } from './closed-problem.js'
import { findUploadFor } from './find-upload.js'
import { previewKey } from './upload-files.js'

/** GET /v1/uploads/:id/preview: what the owner sees before confirming; never the uploaded bytes themselves. */
export function servePreviewRoute(server: Server, deps: Deps): void {
  server.get(
    '/v1/uploads/:id/preview',
    {
      schema: {
        summary: 'The picture as uploaded: upright WebP without metadata',
        tags: ['uploads'],
        security: [{ accessToken: [] }],
        params: IdParams,
        response: { 200: Picture, 304: Unchanged, '4xx': ProblemBody },
      },
    },
    async (request, reply) => {
      const row = await findUploadFor(deps, callerOf(request), request.params.id)
      const closed = closedProblem(row)
      if (closed) throw closed
      // Its files are gone: there is nothing to wait for.
      if (row.status === 'failed') throw problem('upload-failed')
      if (!row.prepared_at) throw notReady()
      const etag = `"${row.id}-preview"`
      reply.headers({ ...pictureHeaders, 'cache-control': 'private, max-age=3600', etag })
      if (matches(request.headers['if-none-match'], etag)) return reply.code(304).send()
      const bytes = await deps.storage.get(previewKey(row)).catch((error: unknown) => {
        throw error instanceof BlobNotFoundError ? notReady() : error
      })
      return reply.type('image/webp').send(bytes)
    },
  )
}

const notReady = () => problem('preview-not-ready', {}, { headers: { 'retry-after': '1' } })
