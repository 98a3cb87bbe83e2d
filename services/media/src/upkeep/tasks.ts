import { trailTasks } from '@likeness/runtime/trail/tasks'
import type { UpkeepTask } from '@likeness/runtime/upkeep'
import type { UpkeepName } from '../config.js'
import type { Tables } from '../database/database.js'
import { trailTables } from '../database/upload-events.trail.js'
import type { Deps } from '../deps.js'

/** Every task of upkeep: the schedule, the command line and the API run these. `config.ts` has their schedules. */
export const upkeepTasks: Readonly<Record<UpkeepName, UpkeepTask<Deps>>> = {
  'expire-uploads': {
    description: 'expire unconfirmed uploads past their time and delete their files',
    stops: true,
    load: async () => (await import('./expire-uploads.js')).expireUploads,
  },
  'requeue-stuck': {
    description: 'add lost jobs again, for uploads that wait too long',
    load: async () => (await import('./requeue-stuck.js')).requeueStuck,
  },
  'collect-garbage': {
    description: 'delete blobs that no row names',
    stops: true,
    load: async () => (await import('./collect-garbage.js')).collectGarbage,
  },
  prune: {
    description:
      'delete originals, past versions and trails that the KEEP_… policies no longer keep, and old idempotency keys',
    stops: true,
    load: async () => (await import('./prune.js')).prune,
  },
  'roll-up-stats': {
    description: 'add what happened since the last time to the sums of GET /v1/stats',
    load: async () => (await import('../stats/roll-up-stats.js')).rollUpStats,
  },
  ...trailTasks<Tables>({ service: 'media', tables: trailTables }),
  'drain-audit': {
    description: 'send sealed events of the trail to AUDIT_DRAIN_URL',
    load: async () => (await import('../history/drain-trail.js')).drainTrail,
  },
  'tell-webhooks': {
    description: 'note what webhooks are to be told, and send what is due',
    load: async () => (await import('../webhooks/tell-webhooks.js')).tellWebhooks,
  },
}
