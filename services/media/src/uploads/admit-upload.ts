import type { Transaction } from '@likeness/runtime/database'
import type { Problem } from '@likeness/runtime/problem'
import type { MediaConfig } from '../config.js'
import type { Tables } from '../database/database.js'
import { lockOpenUploads, type OpenUploads } from '../database/open-uploads.queries.js'
import { problem } from '../problems.js'

const rateWindowMs = 10 * 60_000

/** The settings that decide whether a user may have one more upload. */
export type Quotas = Pick<
  MediaConfig,
  'UPLOADS_PER_10_MINUTES' | 'PENDING_PER_USER' | 'STORED_BYTES_PER_USER'
>

/** The time since which uploads count towards the rate. */
export const rateSince = () => new Date(Date.now() - rateWindowMs)

/** Bytes of originals a user may keep. */
export const storedLimit = ({ STORED_BYTES_PER_USER: limit }: Quotas): number =>
  limit === 'off' ? Number.MAX_SAFE_INTEGER : limit

/**
 * Locks the user until the transaction ends, and refuses one who may not make another upload now. It does not look at
 * how many are pending.
 * @throws Problem upload-not-found once the user is erased, rate-limited
 */
export async function admitUpload(
  trx: Transaction<Tables>,
  quotas: Quotas,
  userId: string,
): Promise<OpenUploads> {
  const open = await lockOpenUploads(trx, userId, rateSince())
  const refusal = refusalOf(open, quotas)
  if (refusal) throw refusal
  return open
}

/** The reason a user may not make another upload now, apart from the room it takes. */
function refusalOf(open: OpenUploads, quotas: Quotas): Problem | undefined {
  if (open.erased) return problem('upload-not-found')
  return open.recent >= quotas.UPLOADS_PER_10_MINUTES ? rateLimited(rateEnd(open.first), quotas) : undefined
}

/** @throws Problem quota-exceeded when `stored` bytes of originals and another `bytes` are too many */
export function assertStorable(stored: number, bytes: number, quotas: Quotas): void {
  const limit = storedLimit(quotas)
  if (stored + bytes > limit) throw problem('quota-exceeded', { parameters: { limit, stored } })
}

/** When the first of the uploads that count towards the rate stops doing so. */
export const rateEnd = (first: Date | null) => new Date((first?.getTime() ?? Date.now()) + rateWindowMs)

/**
 * With the fields of draft-ietf-httpapi-ratelimit-headers-10.
 * @param until when another upload may be made
 */
export function rateLimited(until: Date, { UPLOADS_PER_10_MINUTES: quota }: Quotas): Problem {
  const seconds = Math.max(1, Math.ceil((until.getTime() - Date.now()) / 1000))
  return problem('rate-limited', {
    parameters: { seconds },
    headers: {
      'retry-after': String(seconds),
      'ratelimit-policy': `"uploads";q=${quota};w=${rateWindowMs / 1000}`,
      ratelimit: `"uploads";r=0;t=${seconds}`,
    },
  })
}
