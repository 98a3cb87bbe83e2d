import type { Upload } from '@likeness/contracts'
import type { Reply, Request } from '@likeness/runtime'
import type { UploadRow } from '../database/uploads.table.js'
import type { Deps } from '../deps.js'
import { viewUpload } from './upload-view.js'
import { preferredWait, type UploadWaiter } from './wait-for-upload.js'

/**
 * The answer of what makes an upload the avatar: 202 while it is being published, 200 once it is, after
 * waiting for that as long as the client prefers.
 */
export async function answerUpload(
  deps: Deps,
  waiter: UploadWaiter,
  request: Request,
  reply: Reply,
  row: UploadRow,
): Promise<Upload> {
  const seconds = preferredWait(request.headers.prefer)
  if (seconds > 0) reply.header('preference-applied', `wait=${seconds}`)
  const newest = seconds > 0 ? await waiter.untilSettled(row, seconds * 1000, request.raw) : row
  reply.code(newest.status === 'confirmed' ? 202 : 200)
  return viewUpload(deps, newest)
}
