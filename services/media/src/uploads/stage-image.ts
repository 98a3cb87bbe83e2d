import { ImageError, probe } from '@likeness/images'
import type { Transaction } from '@likeness/runtime'
import type { Tables } from '../database/database.js'
import type { Actor } from '../database/upload-events.table.js'
import { insertUpload, type UploadRow } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { announce } from './announce.js'
import { imageProblem } from './image-problem.js'
import { stageOriginal } from './stage-original.js'
import { deleteFiles, uploadFiles } from './upload-files.js'

/** A picture that is here, whichever way it came. */
export type ArrivedImage = {
  readonly id: string
  readonly filename: string | null
  readonly bytes: Buffer
  /** hexadecimal */
  readonly sha256: string
}

/**
 * Stages a picture: its header is probed and its bytes are durable before its row says pending.
 * @param admit under the user's lock: throws when there is no room, and returns the uploads discarded for it
 * @throws Problem unsupported-image, invalid-image, too-many-pixels, image-too-small, storage-full, and those
 * of `admit`; then nothing is kept
 */
export async function stageImage(
  deps: Deps,
  owner: { userId: string; actor: Actor },
  image: ArrivedImage,
  admit: (trx: Transaction<Tables>) => Promise<UploadRow[]>,
): Promise<UploadRow> {
  const { config } = deps
  const { id, bytes, sha256 } = image
  const limits = { maxPixels: config.IMAGE_MAX_PIXELS, minPixels: config.IMAGE_MIN_SIDE }
  const { format, width, height, pages } = await probe(bytes, limits).catch((error: unknown) => {
    throw error instanceof ImageError ? imageProblem(error, bytes, limits) : error
  })

  let replaced: UploadRow[] = []
  const key = { user_id: owner.userId, id }
  const row = await stageOriginal(deps, key, bytes, async (trx) => {
    replaced = await admit(trx)
    const header = { format, width, height, pages }
    const file = { original_filename: image.filename, bytes: bytes.length, sha256 }
    return insertUpload(trx, { ...key, ...file, ...header }, config.PENDING_SECONDS, owner.actor)
  })

  await deleteFiles(deps, replaced.flatMap(uploadFiles))
  await deps.enqueue('prepare-upload', { uploadId: row.id, userId: row.user_id })
  for (const gone of replaced) await announce(deps.bus, gone)
  return row
}
