import { newId } from '@likeness/runtime/ids'
import { openOutboundGuard } from '@likeness/runtime/outbound/outbound-guard'
import { Problem } from '@likeness/runtime/problem'
import { theWorker } from '../database/actor.js'
import {
  beginImport,
  deleteImport,
  endImport,
  hasOwnPicture,
  mostTries,
} from '../database/picture-imports.table.js'
import { confirmPending } from '../database/upload-transitions.js'
import { insertUpload, type NewUpload } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { problem } from '../problems.js'
import { publishJob } from '../queue.js'
import { admitUpload, assertStorable } from '../uploads/admit-upload.js'
import { announce } from '../uploads/announce.js'
import { cleanFilename } from '../uploads/clean-filename.js'
import { fetchPicture } from '../uploads/fetch-picture.js'
import { probeImage } from '../uploads/probe-image.js'
import { deleteRefused, storeOriginal } from '../uploads/store-original.js'
import { deleteFiles, originalKey } from '../uploads/upload-files.js'

/** Problems that pass. Any other is one of the picture, or of its address. */
const passing = new Set(['import-failed', 'rate-limited', 'storage-full'])

/**
 * The job of a person who came for the first time: imports the picture that their login shows of them, and confirms it,
 * unless anything was uploaded for them by then.
 * @throws Problem of a try that failed, if another one follows
 */
export async function importPicture(deps: Deps, { userId }: { userId: string }): Promise<void> {
  const row = await beginImport(deps.db, userId)
  if (!row) return
  if (row.attempts > mostTries) return endImport(deps.db, userId, 'unexpected')
  try {
    if (await hasOwnPicture(deps.db, userId)) await deleteImport(deps.db, userId)
    else await importFrom(deps, userId, row.url)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    if (passing.has(error.code) && row.attempts < mostTries) throw error
    await endImport(deps.db, userId, error.code)
    deps.logger.info({ userId, code: error.code }, 'a picture of a login was not imported')
  }
}

async function importFrom(deps: Deps, userId: string, url: string): Promise<void> {
  const { config } = deps
  const guard = openOutboundGuard(config.OUTBOUND_ALLOW)
  const { chunks, bytes, sha256, filename } = await fetchPicture(guard, url, config.IMAGE_MAX_BYTES)
  const file = { original_filename: cleanFilename(filename), bytes, sha256 }
  const upload = { user_id: userId, id: newId(), ...file, ...(await probeImage(config, chunks)) }
  try {
    await storeOriginal(deps, upload, chunks)
    if (!(await stageConfirmed(deps, upload))) await deleteFiles(deps, [originalKey(upload)])
  } catch (error) {
    await deleteRefused(deps, upload, error)
    throw error
  }
}

/**
 * Stages and confirms it in one transaction, under the lock of the user. An upload that comes before keeps it out; one that
 * comes after is the later decision.
 * @returns false when there was an upload
 * @throws Problem blocked-image, quota-exceeded, and those of `admitUpload`
 */
async function stageConfirmed({ db, config, enqueue, bus }: Deps, upload: NewUpload): Promise<boolean> {
  const { user_id: userId } = upload
  const confirmed = await db.transaction().execute(async (trx) => {
    const { stored } = await admitUpload(trx, config, userId)
    await deleteImport(trx, userId)
    if (await hasOwnPicture(trx, userId)) return undefined
    assertStorable(stored, upload.bytes, config)
    if (!(await insertUpload(trx, upload, config.PENDING_SECONDS, theWorker, { source: 'login' })))
      throw problem('blocked-image')
    const choice = { crop: undefined, altText: undefined, sha256: undefined }
    return confirmPending(trx, upload, choice, theWorker)
  })
  if (!confirmed) return false
  announce(bus, confirmed.row)
  enqueue(...publishJob(confirmed.row))
  return true
}
