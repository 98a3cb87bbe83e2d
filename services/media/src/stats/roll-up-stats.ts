import { findSettled } from '@likeness/runtime/trail/find-settled'
import {
  addCounters,
  countEvents,
  countRefusals,
  lockStatsState,
  recountKept,
  setRolledUp,
  takeRefusals,
} from '../database/stats.table.js'
import type { Deps } from '../deps.js'

/** Events of one transaction. */
const batch = 100_000

/**
 * Adds what happened since the last time to the sums of its hours, days and months, a batch of events at a time, each in
 * one transaction with the note of its last event: a run that is killed loses and repeats nothing. Events that a
 * transaction still open may add come later.
 * @returns how many hours had something added
 */
export async function rollUpStats(deps: Deps, { dryRun }: { dryRun: boolean }): Promise<{ hours: number }> {
  const settled = await findSettled(deps.db, 'upload_events')
  let hours = dryRun ? (await countRefusals(deps.db)).length : await rollUpRefusals(deps)
  for (let after = 0; settled !== undefined; ) {
    const step = await rollUpBatch(deps, { after, settled, dryRun })
    hours += step.hours
    if (step.to >= settled) break
    after = step.to
  }
  if (!dryRun) await recountKept(deps.db)
  return { hours }
}

/** @param range `after` of a dry run, which leaves no note of where it is */
function rollUpBatch(
  { db }: Deps,
  { after, settled, dryRun }: { after: number; settled: number; dryRun: boolean },
): Promise<{ hours: number; to: number }> {
  return db.transaction().execute(async (trx) => {
    const state = await lockStatsState(trx)
    const from = Math.max(state.last_seq, after)
    const to = Math.min(settled, from + batch)
    if (from >= to) return { hours: 0, to: settled }
    const counted = await countEvents(trx, from, to)
    if (!dryRun) {
      await addCounters(trx, counted)
      await setRolledUp(trx, to)
    }
    return { hours: counted.length, to }
  })
}

function rollUpRefusals({ db }: Deps): Promise<number> {
  return db.transaction().execute(async (trx) => {
    const counted = await takeRefusals(trx)
    await addCounters(trx, counted)
    return counted.length
  })
}
