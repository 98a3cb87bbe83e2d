import type { Reply, Request } from '@likeness/runtime'
import type { UploadRow } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import type { Answer } from '../idempotency/answer-once.js'
import type { UploadNews } from './upload-news.js'
import { viewUpload } from './upload-view.js'
import { preferredWait, untilSettled } from './wait-for-upload.js'

/**
 * The answer of what makes an upload the avatar: 200 once it is published, 202 while it is not or when that
 * failed, after waiting for it as long as the client prefers.
 */
export async function answerUpload(
  deps: Deps,
  news: UploadNews,
  request: Request,
  reply: Reply,
  row: UploadRow,
): Promise<Answer> {
  const seconds = preferredWait(request.headers.prefer)
  if (seconds > 0) reply.header('preference-applied', `wait=${seconds}`)
  const newest = seconds > 0 ? await untilSettled(deps, news, row, seconds * 1000, reply.raw) : row
  const status = newest.status === 'confirmed' || newest.status === 'failed' ? 202 : 200
  return { status, upload: await viewUpload(deps, newest) }
}
