import type { BlockedImage } from '@likeness/contracts'
import type { moderation } from '@likeness/contracts/endpoints'
import { callerOf } from '@likeness/runtime/caller'
import { invalid } from '@likeness/runtime/judge-requests'
import { openPage } from '@likeness/runtime/page'
import type { Handler } from '@likeness/runtime/serve'
import { insertAuditEvent } from '@likeness/runtime/trail/audit-events'
import { type BlockedImageRow, liftBlock, listBlockedImages } from '../database/blocked-images.table.js'
import type { Deps } from '../deps.js'
import { problem } from '../problems.js'
import { actorOf } from '../uploads/actor-of.js'

/** `moderation.listBlockedImages` */
export const listBlockedImagesHandler =
  (deps: Deps): Handler<typeof moderation.listBlockedImages> =>
  async (request, reply) => {
    const page = openPage(request, request.query, deps.cursors)
    const rows = await listBlockedImages(deps.db, { after: page.after, limit: page.rows })
    return page.answer(reply, rows, (shown) => shown.map(viewBlockedImage))
  }

/** `moderation.unblockImage` */
export const unblockImageHandler =
  (deps: Deps): Handler<typeof moderation.unblockImage> =>
  async (request, reply) => {
    const reason = request.query.reason ?? request.body?.reason
    if (reason === undefined) throw invalid([{ path: 'reason', code: 'required' }])
    const { id } = request.params
    const actor = { ...actorOf(request), role: callerOf(request).role }
    const isKnown = await deps.db.transaction().execute(async (trx) => {
      const found = await liftBlock(trx, id, { by: actor.id, reason })
      const details = { blockedImage: id, reason }
      const changes = { blocked: { before: true, after: false } }
      if (found === 'lifted')
        await insertAuditEvent(trx, actor, { action: 'image-unblocked', changes, details })
      return found !== undefined
    })
    if (!isKnown) throw problem('blocked-image-not-found')
    return reply.code(204).send()
  }

const viewBlockedImage = (row: BlockedImageRow): BlockedImage => ({
  id: row.id,
  sha256: row.sha256,
  distance: row.distance,
  reason: row.reason,
  actorId: row.actor_id,
  at: row.at.toISOString(),
  takedownId: row.takedown_id,
})
