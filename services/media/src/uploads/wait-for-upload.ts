import type { ServerResponse } from 'node:http'
import { findUpload, type UploadRow } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import type { UploadNews } from './upload-news.js'

const longestWaitSeconds = 30
// A notice may be missed; then the row is read again after this long.
const pollMs = 1_000

/** Seconds of `Prefer: wait=N` (RFC 7240 §4.3), at most 30; 0 without one. */
export function preferredWait(prefer: string | string[] | undefined): number {
  const found = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,6})"?/i.exec([prefer ?? ''].flat().join(','))
  return Math.min(Number(found?.[1] ?? 0), longestWaitSeconds)
}

/**
 * Lets a request wait until a confirmed upload is published or has failed.
 * @returns the newest row seen, at the latest after `ms`, or when the client leaves
 */
export async function untilSettled(
  { db }: Pick<Deps, 'db'>,
  news: UploadNews,
  row: UploadRow,
  ms: number,
  client: ServerResponse,
): Promise<UploadRow> {
  const following = news.follow(row.id, client, Date.now() + ms)
  try {
    for (let newest = row; ; await following.next(pollMs)) {
      newest = (await findUpload(db, row.id, row.user_id)) ?? newest
      if (newest.status !== 'confirmed' || following.over.aborted) return newest
    }
  } finally {
    following.end()
  }
}
