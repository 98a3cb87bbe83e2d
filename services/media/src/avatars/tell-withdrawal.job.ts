import { toAccounts } from '@likeness/contracts/endpoints'
import { findWithdrawal, markWithdrawalTold } from '../database/withdrawals.table.js'
import type { Deps } from '../deps.js'

/**
 * Tells accounts of a withdrawal, so the profile shows no avatar, unless it has a newer one: in the request, else in its
 * job. Once it was told, nothing is left to do.
 * @throws ServiceAwayError after `timeoutMs`
 */
export async function tellWithdrawal(
  deps: Pick<Deps, 'db' | 'accounts'>,
  { userId, version }: { userId: string; version: number },
  options: { timeoutMs?: number } = {},
): Promise<void> {
  const row = await findWithdrawal(deps.db, { user_id: userId, version })
  if (!row || row.told_at) return
  // An unknown user counts as told: there is no profile to change.
  const body = {
    version,
    uploadId: row.upload_id,
    actor: { id: row.actor_id, ip: row.ip, userAgent: row.user_agent },
    reason: row.reason,
  }
  await deps.accounts(toAccounts.removeAvatar, { params: { id: userId }, body }, options)
  await markWithdrawalTold(deps.db, row)
}
