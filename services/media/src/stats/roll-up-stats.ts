import {
  addCounters,
  countEvents,
  findFirstHour,
  findSettledTime,
  lockStatsState,
  recountKept,
  setRolledUpTo,
} from '../database/stats.table.js'
import type { Deps } from '../deps.js'

const aDayMs = 86_400_000

/**
 * Adds what happened since the last time to the sums of its hours, days and months, a day at a time, each in one
 * transaction with the time up to which it went: a run that is killed loses and repeats nothing. Events that a
 * transaction still open may add come later.
 * @returns how many hours had something added, and up to when
 */
export async function rollUpStats(
  deps: Deps,
  { dryRun }: { dryRun: boolean },
): Promise<{ hours: number; rolledUpTo: string | null }> {
  const settled = await findSettledTime(deps.db)
  let [hours, reached] = [0, null as Date | null]
  for (;;) {
    const step = await rollUpADay(deps, settled, { dryRun, from: reached })
    if (!step) break
    hours += step.hours
    reached = step.to
  }
  if (!dryRun) await recountKept(deps.db)
  return { hours, rolledUpTo: reached?.toISOString() ?? null }
}

/** @param from of a dry run, which writes nothing that would say where it is */
function rollUpADay(
  { db }: Deps,
  settled: Date,
  { dryRun, from: reached }: { dryRun: boolean; from: Date | null },
): Promise<{ hours: number; to: Date } | undefined> {
  return db.transaction().execute(async (trx) => {
    const state = await lockStatsState(trx)
    const from = (dryRun ? reached : null) ?? state.rolled_up_to ?? (await findFirstHour(trx))
    if (from === undefined || from >= settled) return undefined
    const to = new Date(Math.min(settled.getTime(), from.getTime() + aDayMs))
    const counted = await countEvents(trx, from, to)
    if (!dryRun) {
      for (const { hour, counters } of counted) await addCounters(trx, hour, counters)
      await setRolledUpTo(trx, to)
    }
    return { hours: counted.length, to }
  })
}
