import { type ErasedAccount, ErasedAccountPage, ListErasuresQuery, ProblemBody } from '@likeness/contracts'
import { openPage, type Server } from '@likeness/runtime'
import { type ErasureRow, listErasures } from '../database/erasures.table.js'
import type { ApiDeps } from '../deps.js'
import { viewErasure } from '../erasure/get-erasure.js'

/** GET /v1/admin/erasures: who closed which account, when, why, and how far its erasure is. */
export function listErasuresRoute(server: Server, deps: ApiDeps): void {
  server.get(
    '/v1/admin/erasures',
    {
      schema: {
        tags: ['administration'],
        summary: 'Closed accounts, newest first',
        security: [{ accessToken: [] }],
        querystring: ListErasuresQuery,
        response: { 200: ErasedAccountPage, '4xx': ProblemBody },
      },
    },
    async (request, reply) => {
      const page = openPage(request, request.query, deps.cursors)
      const { status } = request.query
      const rows = await listErasures(deps.db, status, { after: page.after, limit: page.rows })
      return page.answer(reply, rows, (shown) => shown.map(viewErasedAccount))
    },
  )
}

const viewErasedAccount = (row: ErasureRow): ErasedAccount => ({
  ...viewErasure(row),
  userId: row.user_id,
  actorId: row.actor_id,
  reason: row.reason,
})
