import type { UpkeepTask } from '../upkeep.js'
import type { sealAndNote, Trail, verifyAndTell } from './upkeep.js'

type TrailDeps<Tables> = Parameters<typeof sealAndNote<Tables>>[1] &
  Parameters<typeof verifyAndTell<Tables>>[1]

/** The tasks of upkeep that seal and verify the trail of a service. */
export const trailTasks = <Tables>(
  trail: Trail,
): Readonly<Record<'seal-trail' | 'verify-trail', UpkeepTask<TrailDeps<Tables>>>> => ({
  'seal-trail': {
    description: 'seal the events of the trail that are settled',
    load: async () => {
      const { sealAndNote } = await import('./upkeep.js')
      return (deps, options) => sealAndNote(trail, deps, options)
    },
  },
  'verify-trail': {
    description: 'compute every seal of the trail again, and name the first event that does not fit',
    load: async () => {
      const { verifyAndTell } = await import('./upkeep.js')
      return (deps) => verifyAndTell(trail, deps)
    },
  },
})
