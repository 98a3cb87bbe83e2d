import type { Transaction } from '@likeness/runtime'
import type { MediaConfig } from '../config.js'
import type { Tables } from '../database/database.js'
import type { Actor } from '../database/upload-events.table.js'
import { discardPending } from '../database/upload-transitions.js'
import { findOldestPending, type UploadRow } from '../database/uploads.table.js'
import { problem } from '../problems.js'
import { admitUpload } from './admit-upload.js'

/**
 * Makes sure, under `lockUser`, that a user may have one more pending upload.
 * @param by the id of the new one, for the trail of those it replaces
 * @returns the uploads discarded for it, whose files are to be deleted after the commit
 * @throws Problem too-many-pending, and those of `admitUpload`
 */
export async function makeRoom(
  trx: Transaction<Tables>,
  config: Pick<MediaConfig, 'UPLOADS_PER_10_MINUTES' | 'PENDING_PER_USER'>,
  { userId, actor }: { userId: string; actor: Actor },
  { by, replaceOldest }: { by: string; replaceOldest: boolean },
): Promise<UploadRow[]> {
  const { pending } = await admitUpload(trx, config, userId)
  const surplus = pending + 1 - config.PENDING_PER_USER
  const replaced: UploadRow[] = []
  if (surplus > 0 && replaceOldest) {
    for (const id of await findOldestPending(trx, userId, surplus)) {
      const row = await discardPending(trx, { userId, id }, actor, `replaced by ${by}`)
      if (row) replaced.push(row)
    }
  }
  // Direct uploads that are under way are not replaced.
  if (replaced.length < surplus) throw problem('too-many-pending', { limit: config.PENDING_PER_USER })
  return replaced
}
