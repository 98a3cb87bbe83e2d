import { findUpload, isUnderWay, type UploadKey } from '../database/uploads.table.js'
import type { WorkerDeps } from '../deps.js'
import { causeOf } from '../failures/cause-of.js'

/**
 * Makes something from the original of an upload that is under way, which is deleted when that is closed.
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
    if (causeOf(error) !== 'original-missing') throw error
    const now = await findUpload(db, upload)
    if (now && isUnderWay(now.status)) throw error
    return undefined
  }
}
