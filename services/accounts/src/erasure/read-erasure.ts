import { timingSafeEqual } from 'node:crypto'
import type { Erasure } from '@likeness/contracts'
import type { me } from '@likeness/contracts/endpoints'
import type { Handler } from '@likeness/runtime/serve'
import { hashOfToken } from '../credentials/one-time-tokens.js'
import { type ErasureRow, findErasure } from '../database/erasures.table.js'
import type { ApiDeps } from '../deps.js'
import { problem } from '../problems.js'

/** `me.readErasure` */
export const readErasureHandler =
  (deps: ApiDeps): Handler<typeof me.readErasure> =>
  async (request) => {
    const erasure = await findErasure(deps.db, request.params.id)
    if (!erasure || !timingSafeEqual(erasure.token_hash, hashOfToken(request.query.token))) {
      throw problem('erasure-not-found')
    }
    return viewErasure(erasure)
  }

export const viewErasure = (row: ErasureRow): Erasure => ({
  id: row.id,
  status: row.completed_at ? 'complete' : 'erasing',
  accounts: 'erased',
  media: row.completed_at ? 'erased' : 'erasing',
  requestedAt: row.requested_at.toISOString(),
  completedAt: row.completed_at?.toISOString() ?? null,
})
