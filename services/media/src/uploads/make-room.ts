import type { Transaction } from '@likeness/runtime'
import type { Tables } from '../database/database.js'
import type { Actor } from '../database/upload-events.table.js'
import { discardPending } from '../database/upload-transitions.js'
import { findOldestPending, type UploadRow } from '../database/uploads.table.js'
import { problem } from '../problems.js'
import { admitUpload, assertStorable, type Quotas } from './admit-upload.js'

/**
 * Locks the user and makes sure that they may have one more pending upload.
 * @param upload the new one: `id` for the trail of those it replaces, `bytes` for the quota
 * @returns the uploads discarded for it, whose files are to be deleted after the commit
 * @throws Problem too-many-pending, quota-exceeded, and those of `admitUpload`
 */
export async function makeRoom(
  trx: Transaction<Tables>,
  quotas: Quotas,
  { userId, actor }: { userId: string; actor: Actor },
  upload: { id: string; bytes: number },
  { replaceOldest }: { replaceOldest: boolean },
): Promise<UploadRow[]> {
  const { pending, stored } = await admitUpload(trx, quotas, userId)
  const surplus = pending + 1 - quotas.PENDING_PER_USER
  const replaced: UploadRow[] = []
  if (surplus > 0 && replaceOldest) {
    for (const id of await findOldestPending(trx, userId, surplus)) {
      const row = await discardPending(trx, { userId, id }, actor, `replaced by ${upload.id}`)
      if (row) replaced.push(row)
    }
  }
  // Direct uploads that are under way are not replaced.
  if (replaced.length < surplus) throw problem('too-many-pending', { limit: quotas.PENDING_PER_USER })
  const freed = replaced.reduce((sum, { bytes }) => sum + bytes, 0)
  assertStorable(stored - freed, upload.bytes, quotas)
  return replaced
}
