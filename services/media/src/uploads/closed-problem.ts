import type { Problem } from '@likeness/runtime/problem'
import type { UploadRow } from '../database/uploads.table.js'
import { problem } from '../problems.js'

/** The reason an upload that was never published is gone; undefined while it is not. */
export function closedProblem(row: UploadRow): Problem | undefined {
  if (row.status === 'expired') return problem('upload-expired')
  if (row.status === 'discarded') return problem('upload-discarded')
  if (row.status === 'rejected') return problem('upload-rejected')
  // Its time is up, although upkeep has not expired it yet.
  if (row.status === 'pending' && row.expires_at !== null && row.expires_at <= new Date()) {
    return problem('upload-expired')
  }
  return undefined
}
