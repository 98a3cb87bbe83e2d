import { countAbandoned, deleteAbandoned } from '../database/direct-uploads.table.js'
import { countExpired, expireBatch } from '../database/upkeep.queries.js'
import type { Deps } from '../deps.js'
import { announce } from '../uploads/announce.js'
import { stagedFiles } from '../uploads/render-ahead.js'
import { deleteFiles, directKey } from '../uploads/upload-files.js'

const batch = 1_000

/**
 * Expires pending uploads whose time is up and deletes their files; drops direct uploads that were never
 * completed.
 * @param options `dryRun`: only count them
 * @returns how many of each
 */
export async function expireUploads(
  deps: Deps,
  options: { dryRun: boolean },
): Promise<{ expired: number; abandoned: number }> {
  if (options.dryRun) {
    return { expired: await countExpired(deps.db), abandoned: await countAbandoned(deps.db) }
  }
  return { expired: await expirePending(deps), abandoned: await dropAbandoned(deps) }
}

async function expirePending(deps: Deps): Promise<number> {
  let expired = 0
  for (;;) {
    const rows = await expireBatch(deps.db, batch)
    await deleteFiles(deps, rows.flatMap(stagedFiles))
    for (const row of rows) announce(deps.bus, { ...row, status: 'expired' })
    expired += rows.length
    if (rows.length < batch) return expired
  }
}

async function dropAbandoned(deps: Deps): Promise<number> {
  let abandoned = 0
  for (;;) {
    const rows = await deleteAbandoned(deps.db, batch)
    await deleteFiles(deps, rows.map(directKey))
    abandoned += rows.length
    if (rows.length < batch) return abandoned
  }
}
