import { countOldAuditEvents, pruneAuditEvents } from '@likeness/runtime/trail/audit-events'
import type { UpkeepOptions } from '@likeness/runtime/upkeep'
import { theWorker } from '../database/actor.js'
import { oldBlocks } from '../database/blocked-images.table.js'
import { oldFailedRuns } from '../database/failed-runs.table.js'
import { oldKeys } from '../database/idempotency-keys.table.js'
import { countOldRows, deleteOldRows, type OldRows } from '../database/old-rows.queries.js'
import { oldLeftPeople } from '../database/people.table.js'
import { oldImports } from '../database/picture-imports.table.js'
import { oldRefusals } from '../database/refused-uploads.table.js'
import {
  countOldOriginals,
  countOldTrails,
  deleteOldTrails,
  findSurplusVersions,
  giveUpOriginals,
} from '../database/retention.queries.js'
import { oldTakedownItems, oldTakedowns } from '../database/takedowns.table.js'
import { oldWebhookEvents } from '../database/webhook-events.table.js'
import type { Deps } from '../deps.js'
import { eraseRows } from '../uploads/erase-upload.js'
import { originalKey } from '../uploads/upload-files.js'
import { attentionTo, type FileCleaner, openFileCleaner } from './file-cleaner.js'

const batch = 1_000

type Options = Omit<UpkeepOptions, 'onProgress'>

/**
 * Deletes what the policies no longer keep: originals (KEEP_ORIGINALS), past versions (KEEP_VERSIONS), the trails of
 * uploads without a picture, the audit, take-downs and lifted entries of the deny-list (KEEP_TRAIL_DAYS); idempotency keys
 * and failed runs of jobs after a day; who left, and imports that were given up, after 90 days; what webhooks were told, after 30 days; and refusals that no longer count.
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
  attention?: string
  leftPeople: number
  webhookEvents: number
  imports: number
}> {
  const files = openFileCleaner(deps)
  const done = {
    versions: await eraseSurplusVersions(deps, files, options),
    originals: await deleteOldOriginals(deps, files, options),
    trails: await deleteTrails(deps, options),
    audit: await deleteAudit(deps, options),
    ...(await deleteTakedowns(deps, options)),
    keys: await deleteOld(deps, oldKeys, options),
    refusals: await deleteOld(deps, oldRefusals, options),
    runs: await deleteOld(deps, oldFailedRuns, options),
    leftPeople: await deleteOld(deps, oldLeftPeople, options),
    webhookEvents: await deleteOld(deps, oldWebhookEvents, options),
    imports: await deleteOld(deps, oldImports, options),
  }
  return { ...done, ...attentionTo(await files.end(), options.signal) }
}

async function deleteOldOriginals(
  deps: Deps,
  files: FileCleaner,
  { dryRun, signal, by = {} }: Options,
): Promise<number> {
  const days = deps.config.KEEP_ORIGINALS
  if (days === 'forever') return 0
  if (dryRun) return countOldOriginals(deps.db, days)
  return inBatches(signal, async () => {
    const rows = await giveUpOriginals(deps.db, { days, limit: batch, by })
    await files.delete(rows.map(originalKey))
    return rows.length
  })
}

async function eraseSurplusVersions(
  deps: Deps,
  files: FileCleaner,
  { dryRun, signal, by = {} }: Options,
): Promise<number> {
  const kept = deps.config.KEEP_VERSIONS
  if (kept === 'all') return 0
  let total = 0
  let user: string | undefined
  do {
    const { surplus, lastUser } = await findSurplusVersions(deps.db, kept, user, batch)
    for (const upload of surplus) {
      if (signal?.aborted) break
      const left = dryRun ? [] : await eraseRows(deps, upload, { actor: theWorker, details: by })
      // A version restored in the meantime stays.
      if (!left) continue
      await files.delete(left)
      total += 1
    }
    user = lastUser
  } while (user !== undefined && !signal?.aborted)
  return total
}

async function deleteTrails(deps: Deps, { dryRun, signal, by }: Options): Promise<number> {
  const days = deps.config.KEEP_TRAIL_DAYS
  if (dryRun) return countOldTrails(deps.db, days)
  return inBatches(signal, () => deleteOldTrails(deps.db, { days, limit: batch, by }))
}

async function deleteAudit({ db, config }: Deps, { dryRun, signal, by }: Options): Promise<number> {
  const days = config.KEEP_TRAIL_DAYS
  if (dryRun) return countOldAuditEvents(db, days)
  return inBatches(signal, () => pruneAuditEvents(db, { days, limit: batch, by }))
}

async function deleteTakedowns(deps: Deps, options: Options): Promise<{ blocks: number; takedowns: number }> {
  const before = new Date(Date.now() - deps.config.KEEP_TRAIL_DAYS * 86_400_000)
  const blocks = await deleteOld(deps, oldBlocks(before), options)
  await deleteOld(deps, oldTakedownItems(before), options)
  return { blocks, takedowns: await deleteOld(deps, oldTakedowns(before), options) }
}

async function deleteOld(deps: Deps, rows: OldRows, { dryRun, signal }: Options): Promise<number> {
  return dryRun ? countOldRows(deps.db, rows) : inBatches(signal, () => deleteOldRows(deps.db, rows, batch))
}

/** Deletes batches until one is not full, or it is to stop. @returns how many rows in all */
async function inBatches(
  signal: AbortSignal | undefined,
  deleteSome: () => Promise<number>,
): Promise<number> {
  let total = 0
  while (!signal?.aborted) {
    const deleted = await deleteSome()
    total += deleted
    if (deleted < batch) break
  }
  return total
}
