import { countOldAuditEvents, pruneAuditEvents } from '@likeness/runtime/trail/audit-events'
import { theWorker } from '../database/actor.js'
import { oldBlocks } from '../database/blocked-images.table.js'
import { oldFailedRuns } from '../database/failed-runs.table.js'
import { oldKeys } from '../database/idempotency-keys.table.js'
import { countOldRows, deleteOldRows, type OldRows } from '../database/old-rows.queries.js'
import { oldRefusals } from '../database/refused-uploads.table.js'
import {
  countOldOriginals,
  countOldTrails,
  deleteOldTrails,
  findSurplusVersions,
  giveUpOriginals,
} from '../database/retention.queries.js'
import { oldTakedownItems, oldTakedowns } from '../database/takedowns.table.js'
import type { Deps } from '../deps.js'
import { eraseUpload } from '../uploads/erase-upload.js'
import { deleteFiles, originalKey } from '../uploads/upload-files.js'

const batch = 1_000

type Options = { readonly dryRun: boolean }

/**
 * Deletes what the policies no longer keep: originals (KEEP_ORIGINALS), past versions (KEEP_VERSIONS), the trails of
 * uploads without a picture, the audit, take-downs and lifted entries of the deny-list (KEEP_TRAIL_DAYS); idempotency keys
 * and failed runs of jobs after a day; and refusals that no longer count.
 * @param options `dryRun`: only count it
 * @returns how many of each
 */
export async function prune(
  deps: Deps,
  options: Options,
): Promise<{
  originals: number
  versions: number
  trails: number
  audit: number
  blocks: number
  takedowns: number
  keys: number
  refusals: number
  runs: number
}> {
  return {
    versions: await eraseSurplusVersions(deps, options),
    originals: await deleteOldOriginals(deps, options),
    trails: await deleteTrails(deps, options),
    audit: await deleteAudit(deps, options),
    ...(await deleteTakedowns(deps, options)),
    keys: await deleteOld(deps, oldKeys, options),
    refusals: await deleteOld(deps, oldRefusals, options),
    runs: await deleteOld(deps, oldFailedRuns, options),
  }
}

async function deleteOldOriginals(deps: Deps, { dryRun }: Options): Promise<number> {
  const days = deps.config.KEEP_ORIGINALS
  if (days === 'forever') return 0
  if (dryRun) return countOldOriginals(deps.db, days)
  return inBatches(async () => {
    const rows = await giveUpOriginals(deps.db, days, batch)
    await deleteFiles(deps, rows.map(originalKey))
    return rows.length
  })
}

async function eraseSurplusVersions(deps: Deps, { dryRun }: Options): Promise<number> {
  const kept = deps.config.KEEP_VERSIONS
  if (kept === 'all') return 0
  let total = 0
  let user: string | undefined
  do {
    const { surplus, lastUser } = await findSurplusVersions(deps.db, kept, user, batch)
    for (const upload of surplus) {
      // A version restored in the meantime stays.
      if (dryRun || (await eraseUpload(deps, upload, theWorker))) total += 1
    }
    user = lastUser
  } while (user !== undefined)
  return total
}

async function deleteTrails(deps: Deps, { dryRun }: Options): Promise<number> {
  const days = deps.config.KEEP_TRAIL_DAYS
  if (dryRun) return countOldTrails(deps.db, days)
  return inBatches(() => deleteOldTrails(deps.db, days, batch))
}

async function deleteAudit({ db, config }: Deps, { dryRun }: Options): Promise<number> {
  const days = config.KEEP_TRAIL_DAYS
  if (dryRun) return countOldAuditEvents(db, days)
  return inBatches(() => pruneAuditEvents(db, days, batch))
}

async function deleteTakedowns(deps: Deps, options: Options): Promise<{ blocks: number; takedowns: number }> {
  const before = new Date(Date.now() - deps.config.KEEP_TRAIL_DAYS * 86_400_000)
  const blocks = await deleteOld(deps, oldBlocks(before), options)
  await deleteOld(deps, oldTakedownItems(before), options)
  return { blocks, takedowns: await deleteOld(deps, oldTakedowns(before), options) }
}

async function deleteOld(deps: Deps, rows: OldRows, { dryRun }: Options): Promise<number> {
  return dryRun ? countOldRows(deps.db, rows) : inBatches(() => deleteOldRows(deps.db, rows, batch))
}

/** Deletes batches until one is not full. @returns how many rows in all */
async function inBatches(deleteSome: () => Promise<number>): Promise<number> {
  for (let total = 0; ; ) {
    const deleted = await deleteSome()
    total += deleted
    if (deleted < batch) return total
  }
}
