import type { Transaction } from '@likeness/runtime'
import type { MediaConfig } from '../config.js'
import type { Tables } from '../database/database.js'
import { isErased } from '../database/erased-users.table.js'
import { countOpen } from '../database/uploads.table.js'
import { problem } from '../problems.js'

const rateWindowMs = 10 * 60_000

/**
 * Whether a user may have one more upload, under `lockUser`.
 * @returns how many are pending now
 * @throws Problem upload-not-found once the user is erased, rate-limited
 */
export async function admitUpload(
  trx: Transaction<Tables>,
  config: Pick<MediaConfig, 'UPLOADS_PER_10_MINUTES'>,
  userId: string,
): Promise<{ pending: number }> {
  if (await isErased(trx, userId)) throw problem('upload-not-found')
  const open = await countOpen(trx, userId, new Date(Date.now() - rateWindowMs))
  if (open.recent >= config.UPLOADS_PER_10_MINUTES) throw rateLimited(open.first)
  return open
}

function rateLimited(first: Date | null) {
  const end = (first?.getTime() ?? Date.now()) + rateWindowMs
  const seconds = Math.max(1, Math.ceil((end - Date.now()) / 1000))
  return problem('rate-limited', { seconds }, { headers: { 'retry-after': String(seconds) } })
}
