import { deleteUserRows } from '../database/erased-users.table.js'
import { lockUser } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { erasedTopic } from '../topics.js'

const batch = 500

/**
 * Erases everything that media holds on a user: blobs, rows, the blobs that a job stored in the meantime, and then what
 * processes hold in memory. It may be run again at any point.
 */
export async function eraseUser(deps: Deps, { userId }: { userId: string }): Promise<void> {
  await deleteBlobs(deps, userId)
  await deps.db.transaction().execute(async (trx) => {
    await lockUser(trx, userId)
    await deleteUserRows(trx, userId)
  })
  // A job that was storing while the rows went has noticed that they are gone, or its blobs are found here.
  await deleteBlobs(deps, userId)
  await deps.bus.publish(erasedTopic, { userId })
}

async function deleteBlobs({ storage }: Deps, userId: string): Promise<void> {
  for (const prefix of [`uploads/${userId}/`, `avatars/${userId}/`]) {
    let keys: string[] = []
    for await (const { key } of storage.list(prefix)) {
      keys.push(key)
      if (keys.length < batch) continue
      await storage.delete(keys)
      keys = []
    }
    await storage.delete(keys)
  }
}
