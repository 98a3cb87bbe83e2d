import { IdParams, PreviewQuery, ProblemBody } from '@likeness/contracts'
import { callerOf, type Guards, type Request, type Server } from '@likeness/runtime'
import { BlobNotFoundError } from '@likeness/storage'
import { matches } from '../avatars/send-picture.js'
import type { UploadRow } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { Picture, pictureHeaders, Unchanged } from '../pictures.js'
import { problem } from '../problems.js'
import { closedProblem } from './closed-problem.js'
import { findLinkedUpload, findUploadFor } from './find-upload.js'
import { previewKey } from './upload-files.js'

/** GET /v1/uploads/:id/preview: what the owner sees before confirming; never the uploaded bytes themselves. */
export function servePreviewRoute(server: Server, deps: Deps, guards: Guards): void {
  server.get(
    '/v1/uploads/:id/preview',
    {
      schema: {
        summary: 'The picture as uploaded: upright WebP without metadata',
        description:
          'By an access token, or by the link that `previewUrl` is. 403 `link-expired`, `link-invalid`: read the upload again.',
        tags: ['uploads'],
        security: [{ accessToken: [] }, {}],
        params: IdParams,
        querystring: PreviewQuery,
        response: { 200: Picture, 304: Unchanged, '4xx': ProblemBody },
      },
    },
    async (request, reply) => {
      const { row, seconds } = await findShown(deps, guards, request, request.params.id, request.query)
      const closed = closedProblem(row)
      if (closed) throw closed
      // Its files are gone: there is nothing to wait for.
      if (row.status === 'failed') throw problem('upload-failed')
      if (!row.prepared_at) throw notReady()
      const etag = `"${row.id}-preview"`
      reply.headers({ ...pictureHeaders, 'cache-control': `private, max-age=${seconds}`, etag })
      if (matches(request.headers['if-none-match'], etag)) return reply.code(304).send()
      const bytes = await deps.storage.get(previewKey(row)).catch((error: unknown) => {
        throw error instanceof BlobNotFoundError ? notReady() : error
      })
      return reply.type('image/webp').send(bytes)
    },
  )
}

/** The upload a token or a link shows, and how long it may be kept: no longer than the link is good. */
async function findShown(
  deps: Deps,
  guards: Guards,
  request: Request,
  id: string,
  { expires, signature }: PreviewQuery,
): Promise<{ row: UploadRow; seconds: number }> {
  if (request.headers.authorization !== undefined || expires === undefined || signature === undefined) {
    await guards.signedIn(request)
    return { row: await findUploadFor(deps, callerOf(request), id), seconds: 3600 }
  }
  deps.previews.assertGood(id, { expires, signature })
  return { row: await findLinkedUpload(deps, id), seconds: Math.floor(expires - Date.now() / 1000) }
}

const notReady = () => problem('preview-not-ready', {}, { headers: { 'retry-after': '1' } })
