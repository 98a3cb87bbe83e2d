import type { RefuseUpload } from '@likeness/contracts'
import type { moderation } from '@likeness/contracts/endpoints'
import { callerOf } from '@likeness/runtime/caller'
import type { Handler } from '@likeness/runtime/serve'
import type { Actor } from '../database/actor.js'
import { markRejected } from '../database/refusals.queries.js'
import { findUpload, type UploadRow } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { problem } from '../problems.js'
import { actorOf } from '../uploads/actor-of.js'
import { announce } from '../uploads/announce.js'
import { assertSeen } from '../uploads/assert-seen.js'
import { closedProblem } from '../uploads/closed-problem.js'
import { findUploadFor, unlessErased } from '../uploads/find-upload.js'
import { notifyOwner } from '../uploads/notify-owner.js'
import { stagedFiles } from '../uploads/render-ahead.js'
import { deleteFiles } from '../uploads/upload-files.js'
import { viewUpload } from '../uploads/upload-view.js'
import { refusedByOperator } from './refused-by-operator.js'

/** `moderation.refuse`: what waits to be confirmed never is. */
export const refusePendingHandler =
  (deps: Deps): Handler<typeof moderation.refuse> =>
  async (request) => {
    const seen = await findUploadFor(deps, callerOf(request), request.params.id)
    const refusal = { ...request.body, ifMatch: request.headers['if-match'] }
    return viewUpload(deps, await refusePending(deps, seen, refusal, actorOf(request)))
  }

/** @throws Problem stale, sha256-mismatch, not-pending, upload-expired, upload-discarded, upload-rejected, upload-not-found */
async function refusePending(
  deps: Deps,
  seen: UploadRow,
  { reason, sha256, ifMatch }: RefuseUpload & { ifMatch: string | undefined },
  actor: Actor & { id: string },
): Promise<UploadRow> {
  if (sha256 !== undefined && sha256 !== seen.sha256) throw problem('sha256-mismatch')
  const failure = refusedByOperator(reason)
  const done = await deps.db.transaction().execute(async (trx) => {
    await assertSeen(trx, seen, ifMatch)
    const row = await markRejected(trx, seen, failure, { actor, details: { reason } })
    return row && { row, tell: await notifyOwner(trx, row, actor, { kind: 'upload-refused', reason }) }
  })
  if (!done) return refusedBefore(unlessErased(await findUpload(deps.db, seen)))
  const { row, tell } = done
  tell(deps)
  announce(deps.bus, row)
  await deleteFiles(deps, stagedFiles(row))
  return row
}

/** The upload, if an operator had refused it before. */
function refusedBefore(now: UploadRow): UploadRow {
  if (now.status === 'rejected' && now.failure_code === refusedByOperator('').code) return now
  throw closedProblem(now) ?? problem('not-pending', { parameters: { status: now.status } })
}
