import type { UploadEvent } from '@likeness/contracts'
import type { UploadEventRow } from '../database/upload-events.table.js'

/** An event of a trail as a client sees it. */
export const viewEvent = (row: UploadEventRow): UploadEvent => ({
  type: row.type,
  at: row.at.toISOString(),
  actorId: row.actor_id,
  ip: row.ip,
  userAgent: row.user_agent,
  details: row.details,
})
