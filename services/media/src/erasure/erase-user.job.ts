import { deleteUserRows } from '../database/erased-users.table.js'
import { listFileIds, lockUser } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { erasedTopic } from '../topics.js'
import { directKey, uploadFiles, variantsPrefix } from '../uploads/upload-files.js'
import { tellErased } from '../webhooks/tell-erased.js'

const batch = 500

/**
 * Erases everything that media holds on a user: blobs, rows, the blobs that a job stored in the meantime, and then what
 * processes hold in memory. It may be run again at any point.
 */
export async function eraseUser(deps: Deps, { userId }: { userId: string }): Promise<void> {
  const ids = await listFileIds(deps.db, userId)
  await deleteBlobs(deps, ids)
  await deps.db.transaction().execute(async (trx) => {
    await lockUser(trx, userId)
    await tellErased(deps.config, trx, userId)
    await deleteUserRows(trx, userId)
  })
  // A job that was storing while the rows went has noticed that they are gone, or its blobs are found here.
  await deleteBlobs(deps, ids)
  void deps.bus.publish(erasedTopic, { userId })
}

async function deleteBlobs({ storage }: Deps, ids: readonly string[]): Promise<void> {
  let keys: string[] = []
  for (const id of ids) {
    keys.push(...uploadFiles({ id }), directKey({ id }))
    // Whatever sizes and formats were configured, and whether or not a row names them yet.
    for await (const { key } of storage.list(variantsPrefix(id))) keys.push(key)
    if (keys.length < batch) continue
    await storage.delete(keys)
    keys = []
  }
  await storage.delete(keys)
}
