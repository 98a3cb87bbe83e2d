import { requeueRuns } from '@likeness/runtime/upkeep-nudges'
import { findOpenErasures } from '../database/erasures.table.js'
import { findWaitingMails } from '../database/mails.table.js'
import type { Deps } from '../deps.js'

/** Longer than either waits in normal operation. */
const waitingSeconds = 30
const batch = 500

/** Adds the lost jobs of e-mails and erasures that have waited too long. */
export async function requeueStuck(
  deps: Deps,
  options: { dryRun: boolean },
): Promise<{ mails: number; erasures: number; upkeep: number }> {
  const { db, enqueue } = deps
  const mails = await findWaitingMails(db, waitingSeconds, batch)
  const erasures = await findOpenErasures(db, waitingSeconds, batch)
  if (!options.dryRun) {
    for (const mailId of mails) enqueue('send-mail', { mailId })
    for (const erasureId of erasures) enqueue('erase-user', { erasureId })
  }
  return {
    mails: mails.length,
    erasures: erasures.length,
    upkeep: await requeueRuns(deps, Object.keys(deps.config.UPKEEP_SCHEDULE), {
      ...options,
      olderThanSeconds: waitingSeconds,
    }),
  }
}
