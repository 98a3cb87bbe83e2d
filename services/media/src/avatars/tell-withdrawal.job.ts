import { toAccounts } from '@likeness/contracts/endpoints'
import { findWithdrawal, markWithdrawalTold } from '../database/withdrawals.table.js'
import type { WorkerDeps } from '../deps.js'

/** The job of a withdrawal: the profile shows no avatar any more, unless a newer one is there. */
export async function tellWithdrawal(
  deps: WorkerDeps,
  { userId, version }: { userId: string; version: number },
): Promise<void> {
  const row = await findWithdrawal(deps.db, { user_id: userId, version })
  if (!row || row.told_at) return
  // A user who is gone shows nothing either.
  await deps.accounts(toAccounts.removeAvatar, {
    params: { id: userId },
    body: {
      version,
      uploadId: row.upload_id,
      actor: { id: row.actor_id, ip: row.ip, userAgent: row.user_agent },
      reason: row.reason,
    },
  })
  await markWithdrawalTold(deps.db, row)
}
