import type { uploads } from '@likeness/contracts/endpoints'
import { type Caller, callerOf } from '@likeness/runtime/caller'
import type { Handler } from '@likeness/runtime/serve'
import type { Actor } from '../database/actor.js'
import { takeDirectUpload } from '../database/direct-uploads.table.js'
import { discardPending } from '../database/upload-transitions.js'
import { findUpload, type UploadRow } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { problem } from '../problems.js'
import { actorOf } from './actor-of.js'
import { announce } from './announce.js'
import { assertSeen } from './assert-seen.js'
import { closedProblem } from './closed-problem.js'
import { eraseUpload } from './erase-upload.js'
import { findDirectUploadFor, findWithErasedFor } from './find-upload.js'
import { notifyOwner } from './notify-owner.js'
import { stagedFiles } from './render-ahead.js'
import { deleteFiles, directKey } from './upload-files.js'

/** `uploads.remove`: cancel instead of confirming, or erase a past version. */
export const removeUploadHandler =
  (deps: Deps): Handler<typeof uploads.remove> =>
  async (request, reply) => {
    const caller = callerOf(request)
    const { id } = request.params
    if (!(await cancelDirectUpload(deps, caller, id))) {
      const row = await findWithErasedFor(deps, caller, id)
      if (!row) throw problem('upload-not-found')
      await removeUpload(deps, row, actorOf(request), request.headers['if-match'])
    }
    return reply.code(204).send()
  }

/** Cancels a direct upload that waits to be completed. @returns false when there is none */
async function cancelDirectUpload(deps: Deps, caller: Caller, id: string): Promise<boolean> {
  const direct = await findDirectUploadFor(deps, caller, id)
  if (!direct || !(await takeDirectUpload(deps.db, direct))) return false
  await deleteFiles(deps, [directKey(direct)])
  return true
}

/**
 * Discards a pending upload, or erases a closed one that is not the avatar, and deletes its files. Doing so again
 * succeeds quietly, and a discarded one stays in the history as such.
 * @throws Problem stale, upload-not-found, upload-expired, upload-is-live, not-pending
 */
async function removeUpload(
  deps: Deps,
  seen: UploadRow,
  actor: Actor,
  ifMatch: string | undefined,
): Promise<void> {
  if (isGone(seen)) return
  const discarded = await discard(deps, seen, actor, ifMatch)
  if (discarded) {
    await deleteFiles(deps, stagedFiles(discarded))
    announce(deps.bus, discarded)
    return
  }
  if (await eraseUpload(deps, seen, actor, ifMatch)) return
  const now = await findUpload(deps.db, seen)
  if (!now) throw problem('upload-not-found')
  if (isGone(now)) return
  if (now.status === 'published') throw problem('upload-is-live')
  throw closedProblem(now) ?? problem('not-pending', { parameters: { status: now.status } })
}

const isGone = ({ status }: UploadRow): boolean => status === 'discarded' || status === 'erased'

/** In a transaction with the notice for its owner, where an operator does it. */
async function discard(
  deps: Deps,
  seen: UploadRow,
  actor: Actor,
  ifMatch: string | undefined,
): Promise<UploadRow | undefined> {
  if (actor.id === seen.user_id && ifMatch === undefined) return discardPending(deps.db, seen, actor)
  const done = await deps.db.transaction().execute(async (trx) => {
    await assertSeen(trx, seen, ifMatch)
    const row = await discardPending(trx, seen, actor)
    return row && { row, tell: await notifyOwner(trx, row, actor, { kind: 'upload-discarded' }) }
  })
  done?.tell(deps)
  return done?.row
}
