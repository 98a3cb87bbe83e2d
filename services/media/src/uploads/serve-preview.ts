import type { PreviewQuery } from '@likeness/contracts'
import type { uploads } from '@likeness/contracts/endpoints'
import type { Guards } from '@likeness/runtime/auth'
import { callerOf } from '@likeness/runtime/caller'
import { isKnown } from '@likeness/runtime/entity-tags'
import type { Handler } from '@likeness/runtime/serve'
import type { Request } from '@likeness/runtime/server'
import { noteReading } from '@likeness/runtime/trail/operators'
import { BlobNotFoundError } from '@likeness/storage'
import type { UploadRow } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { pictureHeaders } from '../pictures.js'
import { problem } from '../problems.js'
import { closedProblem } from './closed-problem.js'
import { findLinkedUpload, findUploadFor } from './find-upload.js'
import { previewKey } from './upload-files.js'

/** `uploads.preview`: what the owner sees before confirming; never the uploaded bytes themselves. */
export const servePreviewHandler =
  (deps: Deps, guards: Guards): Handler<typeof uploads.preview> =>
  async (request, reply) => {
    const { row, seconds } = await findShown(deps, guards, request, request.params.id, request.query)
    const closed = closedProblem(row)
    if (closed) throw closed
    // Its files are gone: there is nothing to wait for.
    if (row.status === 'failed') throw problem('upload-failed')
    if (!row.prepared_at) throw notReady()
    const etag = `"${row.id}-preview"`
    reply.headers({ ...pictureHeaders, 'cache-control': `private, max-age=${seconds}`, etag })
    if (isKnown(request.headers['if-none-match'], etag)) return reply.code(304).send()
    const bytes = await deps.storage.get(previewKey(row)).catch((error: unknown) => {
      throw error instanceof BlobNotFoundError ? notReady() : error
    })
    return reply.type('image/webp').code(200).send(bytes)
  }

/** The upload that a token or a link shows, and for how many seconds it may be kept: until the link expires. */
async function findShown(
  deps: Deps,
  guards: Guards,
  request: Request,
  id: string,
  { expires, signature }: PreviewQuery,
): Promise<{ row: UploadRow; seconds: number }> {
  if (request.headers.authorization !== undefined || expires === undefined || signature === undefined) {
    await guards.signedIn(request)
    const row = await findUploadFor(deps, callerOf(request), id)
    await noteReading(deps.db, request, { action: 'preview-read', userId: row.user_id, uploadId: row.id })
    return { row, seconds: 3600 }
  }
  deps.previews.assertGood(id, { expires, signature })
  return { row: await findLinkedUpload(deps, id), seconds: Math.floor(expires - Date.now() / 1000) }
}

const notReady = () => problem('preview-not-ready', { headers: { 'retry-after': '1' } })
