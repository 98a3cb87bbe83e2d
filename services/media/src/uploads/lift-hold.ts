import type { uploads } from '@likeness/contracts/endpoints'
import { callerOf } from '@likeness/runtime/caller'
import type { Handler } from '@likeness/runtime/serve'
import { isErased } from '../database/erased-users.table.js'
import { isHeld, liftHold } from '../database/holds.queries.js'
import { lockUser } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { problem } from '../problems.js'
import { actorOf } from './actor-of.js'
import { assertSeen } from './assert-seen.js'
import { findUploadFor } from './find-upload.js'
import { notifyOwner } from './notify-owner.js'
import { viewUpload } from './upload-view.js'

/** `uploads.liftHold`: the owner may restore again what an operator withdrew. */
export const liftHoldHandler =
  (deps: Deps): Handler<typeof uploads.liftHold> =>
  async (request) => {
    const caller = callerOf(request)
    const row = await findUploadFor(deps, caller, request.params.id)
    // No one may lift a hold on their own picture.
    if (row.user_id === caller.id) throw problem('forbidden')
    const ifMatch = request.headers['if-match']
    const tell = await deps.db.transaction().execute(async (trx) => {
      await lockUser(trx, row.user_id)
      if (await isErased(trx, row.user_id)) throw problem('upload-not-found')
      await assertSeen(trx, row, ifMatch)
      if (!(await isHeld(trx, row))) return undefined
      await liftHold(trx, row, actorOf(request))
      return notifyOwner(trx, row, actorOf(request), { kind: 'hold-lifted' })
    })
    tell?.(deps)
    return viewUpload(deps, await findUploadFor(deps, caller, row.id))
  }
