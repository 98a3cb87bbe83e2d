import { trailTasks } from '@likeness/runtime/trail/tasks'
import type { UpkeepTask } from '@likeness/runtime/upkeep'
import type { UpkeepName } from '../config.js'
import { trailTables } from '../database/activities.trail.js'
import type { Tables } from '../database/database.js'
import type { Deps } from '../deps.js'

/** Every task of upkeep: the schedule, the command line and the API run these. `config.ts` has their schedules. */
export const upkeepTasks: Readonly<Record<UpkeepName, UpkeepTask<Deps>>> = {
  'requeue-stuck': {
    description: 'add the lost jobs of e-mails and erasures that have waited too long',
    load: async () => (await import('./requeue-stuck.js')).requeueStuck,
  },
  prune: {
    description: 'delete expired sessions, sent e-mails, old activity and accounts that were never verified',
    load: async () => (await import('./prune.js')).prune,
  },
  'retire-keys': {
    description: 'delete signing keys whose last token has expired',
    load: async () => (await import('./retire-keys.js')).retireKeys,
  },
  ...trailTasks<Tables>({ service: 'accounts', tables: trailTables }),
  'drain-audit': {
    description: 'send sealed events of the trail to AUDIT_DRAIN_URL',
    load: async () => (await import('../activity/drain-activity.js')).drainActivity,
  },
}
