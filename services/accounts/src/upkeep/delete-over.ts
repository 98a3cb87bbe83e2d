import { countOverAttempts, deleteOverAttempts } from '../database/attempts.table.js'
import { countOverSessions, deleteOverSessions } from '../database/sessions.table.js'
import type { Deps } from '../deps.js'

/** An ended session is kept a day: until the last access token that names it has expired, and then some. */
const keptDays = 1
const batch = 1_000

/** Deletes sessions that have ended or expired, and counters of attempts that are over. */
export async function deleteOver(
  { db }: Pick<Deps, 'db'>,
  options: { dryRun: boolean },
): Promise<{ sessions: number; attempts: number }> {
  if (options.dryRun) {
    return { sessions: await countOverSessions(db, keptDays), attempts: await countOverAttempts(db) }
  }
  let sessions = 0
  for (let deleted = batch; deleted === batch; sessions += deleted) {
    deleted = await deleteOverSessions(db, keptDays, batch)
  }
  return { sessions, attempts: await deleteOverAttempts(db) }
}
