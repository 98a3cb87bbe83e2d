import type { ErasedAccount } from '@likeness/contracts'
import type { administration } from '@likeness/contracts/endpoints'
import { openPage } from '@likeness/runtime/page'
import type { Handler } from '@likeness/runtime/serve'
import { filtersOf } from '@likeness/runtime/trail/audit-events'
import { noteReading } from '@likeness/runtime/trail/operators'
import { type ErasureRow, listErasures } from '../database/erasures.table.js'
import type { ApiDeps } from '../deps.js'
import { viewErasure } from '../erasure/read-erasure.js'

/** `administration.listErasures` */
export const listErasuresHandler =
  (deps: ApiDeps): Handler<typeof administration.listErasures> =>
  async (request, reply) => {
    const page = openPage(request, request.query, deps.cursors)
    const { status } = request.query
    const details = filtersOf(request.query)
    await noteReading(deps.db, request, { action: 'erasures-listed', userId: null, details })
    const rows = await listErasures(deps.db, status, { after: page.after, limit: page.rows })
    return page.answer(reply, rows, (shown) => shown.map(viewErasedAccount))
  }

const viewErasedAccount = (row: ErasureRow): ErasedAccount => ({
  ...viewErasure(row),
  userId: row.user_id,
  actorId: row.actor_id,
  reason: row.reason,
})
