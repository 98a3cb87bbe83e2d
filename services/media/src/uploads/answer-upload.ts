import type { ServerResponse } from 'node:http'
import type { Reply, Request } from '@likeness/runtime/server'
import type { AvatarPicturesRow } from '../database/avatars.table.js'
import type { UploadRow } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import type { Answer } from '../idempotency/answer-once.js'
import { viewShown, viewUpload } from './upload-view.js'

const longestWaitSeconds = 30

/**
 * Waits until a confirmed upload is published or has failed.
 * @returns the newest row seen, at the latest after `ms`, or when the client leaves
 */
export type UntilSettled = (row: UploadRow, ms: number, client: ServerResponse) => Promise<UploadRow>

/**
 * The answer to a request that makes an upload the avatar, after waiting as long as the client prefers: 200 once it is
 * published, 202 while it is not, or when that failed.
 * @param made `avatar`: where it is known already
 */
export async function answerUpload(
  deps: Deps,
  untilSettled: UntilSettled,
  request: Request,
  reply: Reply,
  { row, avatar }: { row: UploadRow; avatar?: AvatarPicturesRow | undefined },
): Promise<Answer> {
  const seconds = preferredWait(request.headers.prefer)
  if (seconds > 0) reply.header('preference-applied', `wait=${seconds}`)
  if (row.status !== 'confirmed' && avatar) return { status: 200, upload: viewShown(deps, row, avatar) }
  const newest = seconds > 0 ? await untilSettled(row, seconds * 1000, reply.raw) : row
  const status = newest.status === 'confirmed' || newest.status === 'failed' ? 202 : 200
  return { status, upload: await viewUpload(deps, newest) }
}

/** Seconds of `Prefer: wait=N` (RFC 7240 §4.3), at most 30; 0 without one. */
function preferredWait(prefer: string | string[] | undefined): number {
  const found = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,6})"?/i.exec([prefer ?? ''].flat().join(','))
  return Math.min(Number(found?.[1] ?? 0), longestWaitSeconds)
}
