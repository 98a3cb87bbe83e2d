import type { Transaction } from '@likeness/runtime/database'
import type { Actor } from '../database/actor.js'
import type { Tables } from '../database/database.js'
import { discardPending } from '../database/upload-transitions.js'
import { lockPending, type UploadRow } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { problem } from '../problems.js'
import { admitUpload, assertStorable, type Quotas } from './admit-upload.js'
import { announce } from './announce.js'
import { stagedFiles } from './render-ahead.js'
import { deleteFiles } from './upload-files.js'

/**
 * Locks the user and makes sure that they may have one more pending upload.
 * @param upload the new one: `id` for the trail of those it replaces, `bytes` for the quota
 * @returns the uploads discarded for it, for `dropReplaced` after the commit
 * @throws Problem too-many-pending, quota-exceeded, and those of `admitUpload`
 */
export async function makeRoom(
  trx: Transaction<Tables>,
  quotas: Quotas,
  { userId, actor }: { userId: string; actor: Actor },
  upload: { id: string; bytes: number },
  { replaceOldest }: { replaceOldest: boolean },
): Promise<UploadRow[]> {
  let open = await admitUpload(trx, quotas, userId)
  const replaced: UploadRow[] = []
  if (replaceOldest && open.pending >= quotas.PENDING_PER_USER) {
    const oldest = await lockPending(trx, userId)
    // One of those counted may have been confirmed before the lock; from here on nothing changes.
    open = await admitUpload(trx, quotas, userId)
    for (const pending of oldest.slice(0, Math.max(0, open.pending + 1 - quotas.PENDING_PER_USER))) {
      const row = await discardPending(trx, pending, actor, `replaced by ${upload.id}`)
      if (row) replaced.push(row)
    }
  }
  const { pending, stored } = open
  const surplus = pending + 1 - quotas.PENDING_PER_USER
  // Direct uploads that are under way are not replaced.
  if (replaced.length < surplus)
    throw problem('too-many-pending', { parameters: { limit: quotas.PENDING_PER_USER } })
  const freed = replaced.reduce((sum, { bytes }) => sum + bytes, 0)
  assertStorable(stored - freed, upload.bytes, quotas)
  return replaced
}

/** Deletes the files of uploads that were discarded for a new one, and announces that they are gone. */
export async function dropReplaced(
  deps: Pick<Deps, 'storage' | 'logger' | 'bus'>,
  replaced: readonly UploadRow[],
): Promise<void> {
  await deleteFiles(deps, replaced.flatMap(stagedFiles))
  for (const gone of replaced) announce(deps.bus, gone)
}
