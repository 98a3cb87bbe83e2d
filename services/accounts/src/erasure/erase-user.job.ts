import { toMedia } from '@likeness/contracts/endpoints'
import { NotYet } from '@likeness/runtime/job'
import { findErasure, markErased } from '../database/erasures.table.js'
import type { WorkerDeps } from '../deps.js'

/** Asks media to erase a closed account's pictures; tried again until it has. */
export async function eraseUser(deps: WorkerDeps, { erasureId }: { erasureId: string }): Promise<void> {
  const erasure = await findErasure(deps.db, erasureId)
  if (!erasure || erasure.completed_at) return
  const { status } = await deps
    .media(toMedia.eraseUser, { params: { id: erasure.user_id } }, { timeoutMs: 10_000 })
    .catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error)
      throw new NotYet(`media is unavailable: ${why}`, { cause: error })
    })
  if (status === 202) throw new NotYet('media is still erasing')
  await markErased(deps.db, erasureId)
}
