import { Problem } from '@likeness/runtime'
import { StorageFullError } from '@likeness/storage'
import type { Deps } from '../deps.js'
import { problem } from '../problems.js'
import { deleteFiles, originalKey } from './upload-files.js'

/**
 * Makes the bytes of a new upload durable, then commits its row.
 * @param commit inserts the row; a Problem it throws leaves neither row nor bytes
 * @throws Problem storage-full
 */
export async function stageOriginal<Committed>(
  deps: Pick<Deps, 'storage' | 'logger'>,
  upload: { user_id: string; id: string },
  bytes: Buffer | readonly Buffer[],
  commit: () => Promise<Committed>,
): Promise<Committed> {
  const key = originalKey(upload)
  await deps.storage.put(key, bytes).catch((error: unknown) => {
    throw error instanceof StorageFullError
      ? problem('storage-full', {}, { headers: { 'retry-after': '60' } })
      : error
  })
  try {
    return await commit()
  } catch (error) {
    // Only a refusal is known to have written nothing; after a lost connection the row may stand, and bytes
    // without a row are collected later.
    if (error instanceof Problem) await deleteFiles(deps, [key])
    throw error
  }
}
