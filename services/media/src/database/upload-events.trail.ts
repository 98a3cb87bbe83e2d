import { auditEvents, type TrailTable } from '@likeness/runtime/trail/format'

/** The trail of uploads, as it is sealed. Once released this never changes. */
export const uploadEvents: TrailTable = {
  name: 'upload_events',
  facts: ['user_id', 'upload_id', 'type', 'actor_id'],
  about: 'e.user_id',
}

/** Every table that is sealed. */
export const trailTables: readonly TrailTable[] = [uploadEvents, auditEvents]
