import type { Transaction } from '@likeness/runtime/database'
import { entityTagOf, isExpected } from '@likeness/runtime/entity-tags'
import type { Tables } from '../database/database.js'
import { lockUpload, type UploadKey, type UploadRow } from '../database/uploads.table.js'
import { problem } from '../problems.js'

/** The entity tag of an upload: it changes with all that an act on it may depend on. */
export const tagOfUpload = ({ id, status, version, held_at, alt_text }: UploadRow): string =>
  entityTagOf(JSON.stringify([id, status, version, held_at, alt_text]))

/**
 * Keeps an upload as the caller saw it until the transaction ends.
 * @param ifMatch of the request; without it the act is done to whatever the upload is now
 * @throws Problem stale when it has changed since
 */
export async function assertSeen(
  trx: Transaction<Tables>,
  upload: UploadKey,
  ifMatch: string | undefined,
): Promise<void> {
  if (ifMatch === undefined) return
  const row = await lockUpload(trx, upload)
  if (!row || !isExpected(ifMatch, (tag) => tag === tagOfUpload(row))) throw problem('stale')
}
