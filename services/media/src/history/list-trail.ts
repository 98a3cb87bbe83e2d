import type { history } from '@likeness/contracts/endpoints'
import { openPage } from '@likeness/runtime/page'
import type { Handler } from '@likeness/runtime/serve'
import { noteReading } from '@likeness/runtime/trail/operators'
import { listTrail } from '../database/upload-events.table.js'
import { findAnyUpload } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { problem } from '../problems.js'
import { viewEvent } from '../uploads/event-view.js'

/** `history.trail`: everything that happened to an upload, by whom, when and from where. */
export const listTrailHandler =
  (deps: Deps): Handler<typeof history.trail> =>
  async (request, reply) => {
    const page = openPage(request, request.query, deps.cursors)
    const upload = await findAnyUpload(deps.db, request.params.uploadId)
    if (!upload) throw problem('upload-not-found')
    await noteReading(deps.db, request, { action: 'trail-read', userId: upload.user_id, uploadId: upload.id })
    const events = await listTrail(deps.db, upload, { after: Number(page.after ?? 0), limit: page.rows })
    const rows = events.map((event) => ({ ...event, id: String(event.seq) }))
    return page.answer(reply, rows, (shown) => shown.map((row) => ({ seq: row.seq, ...viewEvent(row) })))
  }
