import { Problem, type Transaction } from '@likeness/runtime'
import { StorageFullError } from '@likeness/storage'
import type { Tables } from '../database/database.js'
import { lockUser } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { problem } from '../problems.js'
import { deleteFiles, originalKey } from './upload-files.js'

/**
 * Makes the bytes of a new upload durable, then commits its row under the user's lock.
 * @param commit inserts the row; a Problem it throws leaves neither row nor bytes
 * @throws Problem storage-full
 */
export async function stageOriginal<Row>(
  deps: Pick<Deps, 'db' | 'storage' | 'logger'>,
  upload: { user_id: string; id: string },
  bytes: Buffer,
  commit: (trx: Transaction<Tables>) => Promise<Row>,
): Promise<Row> {
  const key = originalKey(upload)
  await deps.storage.put(key, bytes).catch((error: unknown) => {
    throw error instanceof StorageFullError
      ? problem('storage-full', {}, { headers: { 'retry-after': '60' } })
      : error
  })
  try {
    return await deps.db.transaction().execute(async (trx) => {
      await lockUser(trx, upload.user_id)
      return commit(trx)
    })
  } catch (error) {
    // Only a refusal is known to have written nothing; after a lost connection the row may stand, and bytes
    // without a row are collected later.
    if (error instanceof Problem) await deleteFiles(deps, [key])
    throw error
  }
}
