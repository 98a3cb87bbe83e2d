import type { uploads } from '@likeness/contracts/endpoints'
import { callerOf, type Handler, isAtLeast } from '@likeness/runtime'
import type { Actor } from '../database/actor.js'
import { findDirectUpload, takeDirectUpload } from '../database/direct-uploads.table.js'
import { discardPending } from '../database/upload-transitions.js'
import { findUpload, type UploadRow } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { problem } from '../problems.js'
import { actorOf } from './actor-of.js'
import { announce } from './announce.js'
import { closedProblem } from './closed-problem.js'
import { eraseUpload } from './erase-upload.js'
import { deleteFiles, directKey, uploadFiles } from './upload-files.js'

/** `uploads.remove`: cancel instead of confirming, or erase a past version. */
export const removeUploadHandler =
  (deps: Deps): Handler<typeof uploads.remove> =>
  async (request, reply) => {
    const caller = callerOf(request)
    const { id } = request.params
    const owner = isAtLeast(caller.role, 'manager') ? undefined : caller.id
    if (!(await cancelDirectUpload(deps, id, owner))) {
      const row = await findUpload(deps.db, id, owner)
      if (!row) throw problem('upload-not-found')
      await removeUpload(deps, row, actorOf(request))
    }
    return reply.code(204).send()
  }

/** Gives up a direct upload that waits to be completed. @returns false when there is none, or none any more */
async function cancelDirectUpload(deps: Deps, id: string, owner: string | undefined): Promise<boolean> {
  const direct = await findDirectUpload(deps.db, id, owner)
  if (!direct || !(await takeDirectUpload(deps.db, direct))) return false
  await deleteFiles(deps, [directKey(direct)])
  return true
}

/**
 * Discards a pending upload, or erases one that is over and not the avatar; its files go. Doing so again is a
 * quiet success, and a discarded one stays in the history as such.
 * @throws Problem upload-not-found, upload-expired, upload-is-live, not-pending
 */
async function removeUpload(deps: Deps, seen: UploadRow, actor: Actor): Promise<void> {
  const key = { userId: seen.user_id, id: seen.id }
  const discarded = await discardPending(deps.db, key, actor)
  if (discarded) {
    await deleteFiles(deps, uploadFiles(discarded))
    await announce(deps.bus, discarded)
    return
  }
  if (await eraseUpload(deps, key, actor)) return
  const now = await findUpload(deps.db, seen.id, seen.user_id)
  if (!now) throw problem('upload-not-found')
  if (now.status === 'discarded' || now.status === 'erased') return
  if (now.status === 'published') throw problem('upload-is-live')
  throw closedProblem(now) ?? problem('not-pending', { parameters: { status: now.status } })
}
