import { isDeepStrictEqual } from 'node:util'
import type { uploads } from '@likeness/contracts/endpoints'
import { callerOf } from '@likeness/runtime/caller'
import type { Handler } from '@likeness/runtime/serve'
import type { Actor } from '../database/actor.js'
import { findLiveAvatar, reviveAvatar, unsetLive, uploadOf } from '../database/avatars.table.js'
import { markRestored, markSuperseded } from '../database/upload-transitions.js'
import { findUpload, lockUser, type UploadRow } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { answerOnce } from '../idempotency/answer-once.js'
import { problem } from '../problems.js'
import type { InFlight } from '../receiving/in-flight.js'
import { actorOf } from './actor-of.js'
import { announce } from './announce.js'
import { answerUpload, type UntilSettled } from './answer-upload.js'
import { assertNotHeld } from './assert-not-held.js'
import { assertSeen } from './assert-seen.js'
import { closedProblem } from './closed-problem.js'
import { findUploadFor } from './find-upload.js'
import { recropUpload } from './recrop-upload.js'
import type { UploadRates } from './upload-rates.js'
import { locationOf } from './upload-view.js'

/** `uploads.restore`: an earlier picture is the avatar again. */
export const restoreUploadHandler =
  (
    deps: Deps,
    { untilSettled, inFlight, rates }: { untilSettled: UntilSettled; inFlight: InFlight; rates: UploadRates },
  ): Handler<typeof uploads.restore> =>
  async (request, reply) => {
    const caller = callerOf(request)
    const actor = actorOf(request)
    const seen = await findUploadFor(deps, caller, request.params.id)
    const crop = request.body?.crop
    const ifMatch = request.headers['if-match']
    const what = { userId: seen.user_id, request: crop }
    return answerOnce(deps, request, reply, what, async (claim, made) => {
      const row =
        made ??
        (crop === undefined || isDeepStrictEqual(crop, seen.crop)
          ? await restoreUpload(deps, seen, actor, ifMatch)
          : await inFlight.hold(caller.id, (held) =>
              rates.counting(caller.id, () =>
                rates.within(seen.user_id, async () => {
                  held.take(seen.bytes)
                  return recropUpload(deps, seen, { crop, actor, claim, ifMatch })
                }),
              ),
            ))
      const answer = await answerUpload(deps, untilSettled, request, reply, { row })
      return { ...answer, location: locationOf(deps, row) }
    })
  }

/**
 * Points the avatar at an earlier picture's variants, under a new version, so that the later decision wins in
 * accounts too. A picture that is the avatar already is returned as it is. An operator who restores what an operator
 * withdrew lifts the hold.
 * @throws Problem stale, withdrawn-by-operator, not-restorable, upload-failed, upload-expired, upload-discarded, upload-rejected
 */
async function restoreUpload(
  deps: Deps,
  seen: UploadRow,
  actor: Actor,
  ifMatch: string | undefined,
): Promise<UploadRow> {
  const changed = await deps.db.transaction().execute(async (trx) => {
    await lockUser(trx, seen.user_id)
    await assertSeen(trx, seen, ifMatch)
    const restored = await markRestored(trx, seen, actor)
    if (!restored) return undefined
    await assertNotHeld(trx, restored, actor)
    const live = await findLiveAvatar(trx, seen.user_id)
    if (live) await unsetLive(trx, seen.user_id)
    await reviveAvatar(trx, seen, restored.version)
    const superseded = live && (await markSuperseded(trx, uploadOf(live), restored.version))
    return { restored, superseded: superseded ? live.upload_id : undefined }
  })
  if (changed) {
    const { restored, superseded } = changed
    const { id: uploadId, user_id: userId, version } = restored
    deps.enqueue('publish-avatar', { uploadId, userId, version })
    if (superseded) announce(deps.bus, { id: superseded, user_id: userId, status: 'superseded' })
    announce(deps.bus, restored)
    return restored
  }
  const now = await findUpload(deps.db, seen)
  if (!now || now.status === 'erased') throw problem('upload-not-found')
  const live = await findLiveAvatar(deps.db, seen.user_id)
  if (live?.upload_id === now.id) return now
  if (now.status === 'failed') throw problem('upload-failed')
  throw closedProblem(now) ?? problem('not-restorable', { parameters: { status: now.status } })
}
