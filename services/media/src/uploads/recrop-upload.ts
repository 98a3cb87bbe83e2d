import type { Crop } from '@likeness/contracts'
import { newId } from '@likeness/runtime'
import { BlobNotFoundError } from '@likeness/storage'
import type { Actor } from '../database/actor.js'
import { type Claim, holdClaim } from '../database/idempotency-keys.table.js'
import { confirmPending } from '../database/upload-transitions.js'
import { holdUpload, insertUpload, type UploadRow } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { inProgress } from '../idempotency/answer-once.js'
import { problem } from '../problems.js'
import { jobsFor } from '../queue.js'
import { admitUpload, assertStorable } from './admit-upload.js'
import { announce } from './announce.js'
import { assertNotHeld } from './assert-not-held.js'
import { closedProblem } from './closed-problem.js'
import { cropProblem } from './crop-problem.js'
import { stageOriginal } from './stage-original.js'
import { originalKey } from './upload-files.js'

/**
 * Makes a picture the avatar with another crop: an upload of its own, confirmed at once, from a copy of the
 * original. So each crop is a version that can be restored or erased by itself, and one that fails leaves the
 * other as it was.
 * @param claim of the idempotency key, whose lease is the id of the upload
 * @throws Problem request-in-progress once the claim is lost, invalid-crop, withdrawn-by-operator, quota-exceeded,
 * and those of `assertRecroppable` and `admitUpload`
 */
export async function recropUpload(
  deps: Deps,
  source: UploadRow,
  crop: Crop,
  actor: Actor,
  claim: Claim | undefined,
): Promise<UploadRow> {
  assertRecroppable(source)
  const { width, height } = source
  const refusal = cropProblem(source, crop)
  if (refusal) throw refusal
  const original = await deps.storage.get(originalKey(source)).catch((error: unknown) => {
    throw error instanceof BlobNotFoundError ? problem('original-not-kept') : error
  })

  const key = { user_id: source.user_id, id: claim?.lease ?? newId() }
  const row = await stageOriginal(deps, key, original, () =>
    deps.db.transaction().execute(async (trx) => {
      const { original_filename, format, bytes, pages, sha256 } = source
      const { stored } = await admitUpload(trx, deps.config, source.user_id)
      assertStorable(stored, bytes, deps.config)
      // An original that was erased meanwhile does not live on in a copy.
      assertRecroppable(await holdUpload(trx, source))
      await assertNotHeld(trx, source, actor)
      await insertUpload(
        trx,
        { ...key, original_filename, format, bytes, width, height, pages, sha256 },
        deps.config.PENDING_SECONDS,
        actor,
        { from: source.id },
      )
      if (claim && !(await holdClaim(trx, claim))) throw inProgress()
      const choice = { crop, altText: source.alt_text ?? undefined, sha256: undefined }
      return confirmPending(trx, { userId: key.user_id, id: key.id }, choice, actor)
    }),
  )
  if (!row) throw new Error('an upload just made could not be confirmed')
  const { id: uploadId, user_id: userId, version } = row
  deps.enqueue(jobsFor(row.format).publish, { uploadId, userId, version })
  await announce(deps.bus, row)
  return row
}

/** @throws Problem upload-not-found, upload-failed, not-restorable, original-not-kept, and those of a closed upload */
function assertRecroppable(source: UploadRow | undefined): void {
  if (!source || source.status === 'erased') throw problem('upload-not-found')
  if (source.status === 'failed') throw problem('upload-failed')
  if (!['confirmed', 'published', 'superseded', 'withdrawn'].includes(source.status))
    throw closedProblem(source) ?? problem('not-restorable', { status: source.status })
  if (source.original_deleted_at) throw problem('original-not-kept')
}
