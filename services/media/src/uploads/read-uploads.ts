import type { uploads } from '@likeness/contracts/endpoints'
import { callerOf, isAtLeast } from '@likeness/runtime/caller'
import { openPage } from '@likeness/runtime/page'
import type { Handler } from '@likeness/runtime/serve'
import { filtersOf } from '@likeness/runtime/trail/audit-events'
import { noteReading } from '@likeness/runtime/trail/operators'
import { listUploads } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { problem } from '../problems.js'
import { tagOfUpload } from './assert-seen.js'
import { findUploadFor } from './find-upload.js'
import { viewUpload, viewUploads } from './upload-view.js'

/** `uploads.read` */
export const readUploadHandler =
  (deps: Deps): Handler<typeof uploads.read> =>
  async (request, reply) => {
    const row = await findUploadFor(deps, callerOf(request), request.params.id)
    await noteReading(deps.db, request, { action: 'upload-read', userId: row.user_id, uploadId: row.id })
    reply.header('etag', tagOfUpload(row))
    return viewUpload(deps, row)
  }

/** `uploads.list`: the history of one user. */
export const listUploadsHandler =
  (deps: Deps): Handler<typeof uploads.list> =>
  async (request, reply) => {
    const caller = callerOf(request)
    const { status, userId = caller.id } = request.query
    if (userId !== caller.id && !isAtLeast(caller.role, 'manager')) throw problem('forbidden')
    // draft-ietf-httpbis-resumable-upload: spares clients from sending what would be refused.
    reply.header('upload-limit', `max-size=${deps.config.IMAGE_MAX_BYTES}`)
    const page = openPage(request, request.query, deps.cursors)
    await noteReading(deps.db, request, {
      action: 'uploads-listed',
      userId,
      details: filtersOf(request.query),
    })
    const rows = await listUploads(deps.db, userId, {
      status,
      erased: false,
      after: page.after,
      limit: page.rows,
    })
    return page.answer(reply, rows, (shown) => viewUploads(deps, shown))
  }
