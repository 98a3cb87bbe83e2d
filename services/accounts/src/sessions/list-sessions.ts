import type { Session } from '@likeness/contracts'
import type { sessions } from '@likeness/contracts/endpoints'
import { callerOf } from '@likeness/runtime/caller'
import { openPage } from '@likeness/runtime/page'
import type { Handler } from '@likeness/runtime/serve'
import { listLiveSessions, type SessionRow } from '../database/sessions.table.js'
import type { ApiDeps } from '../deps.js'

/** `sessions.list` */
export const listSessionsHandler =
  (deps: ApiDeps): Handler<typeof sessions.list> =>
  async (request, reply) => {
    const { id, sessionId } = callerOf(request)
    const page = openPage(request, request.query, deps.cursors)
    const rows = await listLiveSessions(deps.db, id, { after: page.after, limit: page.rows })
    return page.answer(reply, rows, (shown) => shown.map((row) => viewSession(row, sessionId)))
  }

const viewSession = (row: SessionRow, currentId: string): Session => ({
  id: row.id,
  current: row.id === currentId,
  device: row.user_agent,
  ip: row.ip,
  createdAt: row.created_at.toISOString(),
  lastUsedAt: row.last_used_at.toISOString(),
  expiresAt: row.expires_at.toISOString(),
})
