import { auditEventsSource, type DrainSource, drainAudit } from '@likeness/runtime/drain/drain-audit'
import { listActivitiesAfter } from '../database/activities.table.js'
import type { Deps } from '../deps.js'
import { viewActivity } from './list-activity.js'

/** Sends the sealed activity on accounts, and the events of managers, to AUDIT_DRAIN_URL. */
export const drainActivity = (deps: Pick<Deps, 'db' | 'config'>, options: { dryRun: boolean }) =>
  drainAudit(deps, 'accounts', trailSources(deps.db), options)

/** The tables of the trail, and how their events are read. */
export const trailSources = (db: Deps['db']): readonly DrainSource[] => [
  activitiesSource(db),
  auditEventsSource(db),
]

const activitiesSource = (db: Deps['db']): DrainSource => ({
  name: 'activities',
  async read(range) {
    const rows = await listActivitiesAfter(db, range)
    return rows.map((row) => {
      const { type: name, id: _, ...event } = viewActivity(row)
      const { seq, at, user_id: userId } = row
      // A person acts on their own account unless another is named.
      const actorId = event.actorId ?? (event.actorKind === 'person' ? userId : null)
      const rest = { userId, uploadId: null, problem: null }
      return { ...event, ...rest, source: 'activities', seq, at, name, actorId }
    })
  },
})
