import { ImageError, mirroredLook, type PictureSource, type Turn } from '@likeness/images'
import { markPrepared } from '../database/upload-transitions.js'
import { findUpload, isUnderWay, keepsFiles, type UploadRow } from '../database/uploads.table.js'
import type { WorkerDeps } from '../deps.js'
import { announce } from './announce.js'
import { refuseBlocked, refuseUpload } from './refuse-upload.js'
import { isCentre, lacksAhead, recipeOf, renderAhead, storeAhead } from './render-ahead.js'
import { unlessClosed } from './unless-closed.js'
import { deleteFiles, originalKey, previewKey, uploadFiles } from './upload-files.js'

/** The job of a staged upload: decode it once, keep its preview and placeholder, or reject it. */
export async function prepareUpload(
  deps: WorkerDeps,
  { uploadId, userId }: { uploadId: string; userId: string },
): Promise<void> {
  // The job that publishes it may have come first.
  await deps.preparing.get(uploadId)
  const row = await findUpload(deps.db, { user_id: userId, id: uploadId })
  if (!row || !isUnderWay(row.status)) return
  if (row.prepared_at && !lacksAhead(deps.config, row)) return
  await unlessClosed(deps, row, async () => {
    const original = await readOriginal(deps, row)
    if (row.prepared_at) await noted(deps, row, renderAhead(deps, row, original))
    else await prepareFrom(deps, row, original, { yields: true })
  })
}

/** @throws BlobNotFoundError, see `unlessClosed` */
export async function readOriginal({ storage }: WorkerDeps, row: UploadRow): Promise<PictureSource> {
  const key = originalKey(row)
  return storage.fileOf ? { file: await storage.fileOf(key) } : storage.get(key)
}

/**
 * Prepares an upload from its original. The preview is announced before its variants are stored ahead.
 * @returns the row with its placeholder, or undefined when it was refused or closed
 */
export const prepareFrom = (
  deps: WorkerDeps,
  row: UploadRow,
  original: PictureSource,
  turn: Turn = {},
): Promise<UploadRow | undefined> => noted(deps, row, prepare(deps, row, original, turn))

/** Lets other jobs of this process know what is being made from a picture. */
function noted<Made>({ preparing }: WorkerDeps, { id }: UploadRow, making: Promise<Made>): Promise<Made> {
  const made = making.finally(() => preparing.delete(id))
  preparing.set(
    id,
    made.catch(() => undefined),
  )
  return made
}

async function prepare(
  deps: WorkerDeps,
  row: UploadRow,
  original: PictureSource,
  turn: Turn,
): Promise<UploadRow | undefined> {
  const { config, storage, db } = deps
  const decoder = deps.decoderOf(row.format)
  let prepared: Awaited<ReturnType<typeof decoder.prepare>>
  try {
    const ahead = config.RENDER_AHEAD === 'true' && isCentre(row, row.crop)
    const options = { maxPixels: config.IMAGE_MAX_PIXELS, previewSize: config.PREVIEW_SIZE }
    prepared = await decoder.prepare(
      original,
      { ...options, ...(ahead && { ahead: recipeOf(config) }) },
      turn,
    )
  } catch (error) {
    if (!(error instanceof ImageError)) throw error
    await refuseUpload(deps, row, error)
    return undefined
  }
  await storage.put(previewKey(row), prepared.preview)
  const { thumbhash, look } = prepared
  const looks = look === undefined ? undefined : { own: look, mirrored: mirroredLook(look) }
  const { row: marked, blockedBy } = await markPrepared(db, row, { thumbhash, look: looks })
  if (blockedBy !== undefined) {
    await refuseBlocked(deps, row, blockedBy)
    return undefined
  }
  if (marked) {
    announce(deps.bus, marked)
    const variants = await prepared.variants
    if (variants) await storeAhead(deps, marked, variants)
    return marked
  }
  // Another run prepared it, or it was closed while this one worked.
  const now = await findUpload(db, row)
  if (!now || !keepsFiles(now.status)) {
    await deleteFiles(deps, uploadFiles(row))
    return undefined
  }
  return now
}
