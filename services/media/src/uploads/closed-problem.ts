import type { Problem } from '@likeness/runtime'
import type { UploadRow } from '../database/uploads.table.js'
import { problem } from '../problems.js'

/** Why an upload that was never published is gone, or undefined while it is not. */
export function closedProblem(row: UploadRow): Problem | undefined {
  if (row.status === 'expired') return problem('upload-expired')
  if (row.status === 'discarded') return problem('upload-discarded')
  if (row.status === 'rejected') return problem('upload-rejected')
  // Time is up although the sweep has not come by yet.
  if (row.status === 'pending' && row.expires_at !== null && row.expires_at <= new Date()) {
    return problem('upload-expired')
  }
  return undefined
}
