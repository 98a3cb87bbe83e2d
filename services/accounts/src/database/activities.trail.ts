import { auditEvents, type TrailTable } from '@likeness/runtime/trail/format'

/** The activity on accounts, as it is sealed. Once released this never changes. */
export const activities: TrailTable = {
  name: 'activities',
  facts: ['id', 'user_id', 'type', 'actor_id', 'actor_kind'],
  about: 'e.user_id',
}

/** Every table that is sealed. */
export const trailTables: readonly TrailTable[] = [activities, auditEvents]
