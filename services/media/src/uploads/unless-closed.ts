import { PictureGoneError } from '@likeness/images'
import { BlobNotFoundError } from '@likeness/storage'
import { findUpload, type UploadKey } from '../database/uploads.table.js'
import type { WorkerDeps } from '../deps.js'

/**
 * Makes something from the original of a pending or confirmed upload, which is deleted when that is closed.
 * @returns undefined when it was closed in the meantime and its original is gone
 */
export async function unlessClosed<Made>(
  { db }: Pick<WorkerDeps, 'db'>,
  upload: UploadKey,
  make: () => Promise<Made>,
): Promise<Made | undefined> {
  try {
    return await make()
  } catch (error) {
    if (!(error instanceof BlobNotFoundError || error instanceof PictureGoneError)) throw error
    const now = await findUpload(db, upload)
    if (now?.status === 'pending' || now?.status === 'confirmed') throw error
    return undefined
  }
}
