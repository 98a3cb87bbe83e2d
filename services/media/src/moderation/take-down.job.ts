import { findTakedown } from '../database/takedowns.table.js'
import type { WorkerDeps } from '../deps.js'
import { carryOut } from './carry-out.js'

const usersAtOnce = 500

/** The job of a take-down: goes on with it where its request, or a process that died, left it. */
export async function takeDown(deps: WorkerDeps, { takedownId }: { takedownId: string }): Promise<void> {
  for (;;) {
    const act = await findTakedown(deps.db, takedownId)
    if (!act || act.finished_at) return
    await carryOut(deps, takedownId, usersAtOnce)
  }
}
