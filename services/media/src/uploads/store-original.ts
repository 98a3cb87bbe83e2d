import { Problem } from '@likeness/runtime/problem'
import { StorageFullError } from '@likeness/storage'
import type { UploadKey } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { problem } from '../problems.js'
import { deleteFiles, originalKey } from './upload-files.js'

/**
 * Makes the bytes of a new upload durable, before its row says pending.
 * @param how `put` where several requests may store the same upload at once
 * @throws Problem storage-full
 */
export async function storeOriginal(
  { storage }: Pick<Deps, 'storage'>,
  upload: UploadKey,
  bytes: Buffer | readonly Buffer[],
  how: 'create' | 'put' = 'create',
): Promise<void> {
  await storage[how](originalKey(upload), bytes).catch((error: unknown) => {
    throw error instanceof StorageFullError
      ? problem('storage-full', { headers: { 'retry-after': '60' } })
      : error
  })
}

/**
 * Deletes the bytes of an upload that was refused. Only a refusal is sure to have written no row: after a lost
 * connection the row may exist, and bytes without a row are collected later.
 */
export async function deleteRefused(
  deps: Pick<Deps, 'storage' | 'logger'>,
  upload: UploadKey,
  error: unknown,
): Promise<void> {
  if (error instanceof Problem) await deleteFiles(deps, [originalKey(upload)])
}
