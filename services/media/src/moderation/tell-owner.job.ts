import { toAccounts } from '@likeness/contracts/endpoints'
import { deleteNotice, findNotice } from '../database/owner-notices.table.js'
import type { WorkerDeps } from '../deps.js'

/**
 * The job of a notice: tells accounts, so that the owner learns what an operator did to their uploads, or that a webhook
 * of theirs stopped.
 */
export async function tellOwner(
  deps: WorkerDeps,
  { userId, noticeId }: { userId: string; noticeId: string },
): Promise<void> {
  const row = await findNotice(deps.db, { user_id: userId, id: noticeId })
  if (!row) return
  // An unknown user counts as told: there is nobody to tell.
  await deps.accounts(toAccounts.tellOwner, {
    params: { id: userId },
    body: {
      noticeId,
      kind: row.kind,
      uploadIds: row.upload_ids,
      actor: row.actor_id === null ? null : { id: row.actor_id, ip: row.ip, userAgent: row.user_agent },
      reason: row.reason,
      byMail: row.by_mail,
      webhook: row.webhook,
      changes: row.changes,
    },
  })
  await deleteNotice(deps.db, row)
}
