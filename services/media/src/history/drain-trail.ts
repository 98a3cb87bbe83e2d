import { auditEventsSource, type DrainSource, drainAudit } from '@likeness/runtime/drain/drain-audit'
import { listEventsAfter } from '../database/upload-events.table.js'
import type { Deps } from '../deps.js'
import { viewEvent } from '../uploads/event-view.js'

/** Sends the sealed events of uploads, and those of managers, to AUDIT_DRAIN_URL. */
export const drainTrail = (deps: Deps, options: { dryRun: boolean }) =>
  drainAudit(deps, 'media', trailSources(deps.db), options)

/** The tables of the trail, and how their events are read. */
export const trailSources = (db: Deps['db']): readonly DrainSource[] => [
  uploadEventsSource(db),
  auditEventsSource(db),
]

const uploadEventsSource = (db: Deps['db']): DrainSource => ({
  name: 'upload_events',
  async read(range) {
    const rows = await listEventsAfter(db, range)
    return rows.map((row) => {
      const { type: name, ...event } = viewEvent(row)
      const { seq, at, user_id: userId, upload_id: uploadId } = row
      return {
        ...event,
        source: 'upload_events',
        seq,
        at,
        name,
        userId,
        uploadId,
        actorRole: null,
        problem: null,
      }
    })
  },
})
