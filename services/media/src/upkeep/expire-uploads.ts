import { countExpired, expireBatch } from '../database/upkeep.queries.js'
import type { Deps } from '../deps.js'
import { announce } from '../uploads/announce.js'
import { deleteFiles, uploadFiles } from '../uploads/upload-files.js'

const batch = 1_000

/**
 * Expires pending uploads whose time is over and deletes their files.
 * @param options `dryRun`: only count them
 * @returns how many
 */
export async function expireUploads(deps: Deps, options: { dryRun: boolean }): Promise<{ expired: number }> {
  if (options.dryRun) return { expired: await countExpired(deps.db) }
  let expired = 0
  for (;;) {
    const rows = await expireBatch(deps.db, batch)
    await deleteFiles(deps, rows.flatMap(uploadFiles))
    for (const row of rows) await announce(deps.bus, { ...row, status: 'expired' })
    expired += rows.length
    if (rows.length < batch) return { expired }
  }
}
