import { findWaitingMails } from '../database/mails.table.js'
import type { Deps } from '../deps.js'

/** Longer than a mail waits when all is well. */
const waitingSeconds = 30
const batch = 500

/** Adds the lost jobs of mails that wait too long. */
export async function requeueStuck(deps: Deps, options: { dryRun: boolean }): Promise<{ mails: number }> {
  const mails = await findWaitingMails(deps.db, waitingSeconds, batch)
  if (!options.dryRun) for (const mailId of mails) await deps.enqueue('send-mail', { mailId })
  return { mails: mails.length }
}
