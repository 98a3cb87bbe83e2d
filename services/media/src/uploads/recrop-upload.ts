import type { Crop } from '@likeness/contracts'
import { newId } from '@likeness/runtime/ids'
import { BlobNotFoundError } from '@likeness/storage'
import type { Actor } from '../database/actor.js'
import { type Claim, holdClaim } from '../database/idempotency-keys.table.js'
import { confirmPending } from '../database/upload-transitions.js'
import {
  type ConfirmedRow,
  holdUpload,
  insertUpload,
  type NewUpload,
  type UploadRow,
} from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { inProgress } from '../idempotency/answer-once.js'
import { problem } from '../problems.js'
import { publishJob } from '../queue.js'
import { admitUpload, assertStorable } from './admit-upload.js'
import { announce } from './announce.js'
import { assertNotHeld } from './assert-not-held.js'
import { assertSeen } from './assert-seen.js'
import { closedProblem } from './closed-problem.js'
import { cropProblem } from './crop-problem.js'
import { deleteRefused, storeOriginal } from './store-original.js'
import { originalKey } from './upload-files.js'

type Recrop = {
  readonly crop: Crop
  readonly actor: Actor
  /** That of the idempotency key, whose lease becomes the new upload's id. */
  readonly claim: Claim | undefined
  readonly ifMatch: string | undefined
}

/**
 * Makes a picture the avatar with another crop, as a new upload from a copy of the original, confirmed at once. Each
 * crop is thus a version that can be restored or erased by itself, and one that fails leaves the other as it was.
 * @throws Problem stale, request-in-progress once the claim is lost, invalid-crop, withdrawn-by-operator, blocked-image,
 * quota-exceeded, storage-full, and those of `assertRecroppable` and `admitUpload`
 */
export async function recropUpload(deps: Deps, source: UploadRow, by: Recrop): Promise<UploadRow> {
  const { crop } = by
  assertRecroppable(source)
  const { width, height } = source
  const refusal = cropProblem(source, crop)
  if (refusal) throw refusal
  const original = await deps.storage.get(originalKey(source)).catch((error: unknown) => {
    throw error instanceof BlobNotFoundError ? problem('original-not-kept') : error
  })

  const { user_id, original_filename, format, bytes, pages, sha256 } = source
  const id = by.claim?.lease ?? newId()
  const upload = { user_id, id, original_filename, format, bytes, width, height, pages, sha256 }
  try {
    await storeOriginal(deps, upload, original)
    const row = await commitCrop(deps, source, upload, by)
    deps.enqueue(...publishJob(row))
    announce(deps.bus, row)
    return row
  } catch (error) {
    await deleteRefused(deps, upload, error)
    throw error
  }
}

function commitCrop(
  { db, config }: Deps,
  source: UploadRow,
  upload: NewUpload,
  { crop, actor, claim, ifMatch }: Recrop,
): Promise<ConfirmedRow> {
  return db.transaction().execute(async (trx) => {
    const { stored } = await admitUpload(trx, config, upload.user_id)
    assertStorable(stored, upload.bytes, config)
    await assertSeen(trx, source, ifMatch)
    // An original erased in the meantime must not live on in a copy.
    assertRecroppable(await holdUpload(trx, source))
    await assertNotHeld(trx, source, actor)
    const made = await insertUpload(trx, upload, config.PENDING_SECONDS, actor, { from: source.id })
    if (!made) throw problem('blocked-image')
    if (claim && !(await holdClaim(trx, claim))) throw inProgress()
    const choice = { crop, altText: source.alt_text ?? undefined, sha256: undefined }
    const confirmed = await confirmPending(trx, upload, choice, actor)
    if (!confirmed) throw new Error('an upload just made could not be confirmed')
    return confirmed.row
  })
}

/** @throws Problem upload-not-found, upload-failed, not-restorable, original-not-kept, and those of a closed upload */
function assertRecroppable(source: UploadRow | undefined): void {
  if (!source || source.status === 'erased') throw problem('upload-not-found')
  if (source.status === 'failed') throw problem('upload-failed')
  if (!['confirmed', 'published', 'superseded', 'withdrawn'].includes(source.status))
    throw closedProblem(source) ?? problem('not-restorable', { parameters: { status: source.status } })
  if (source.original_deleted_at) throw problem('original-not-kept')
}
