import { toAccounts } from '@likeness/contracts/endpoints'
import { findWithdrawal, markWithdrawalTold } from '../database/withdrawals.table.js'
import type { WorkerDeps } from '../deps.js'

/** The job of a withdrawal: tells accounts, so the profile shows no avatar, unless it has a newer one. */
export async function tellWithdrawal(
  deps: WorkerDeps,
  { userId, version }: { userId: string; version: number },
): Promise<void> {
  const row = await findWithdrawal(deps.db, { user_id: userId, version })
  if (!row || row.told_at) return
  // An unknown user counts as told: there is no profile to change.
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
