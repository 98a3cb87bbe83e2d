import { PageQuery, ProblemBody, type Session, SessionPage } from '@likeness/contracts'
import { callerOf, openPage, type Server } from '@likeness/runtime'
import { listLiveSessions, type SessionRow } from '../database/sessions.table.js'
import type { ApiDeps } from '../deps.js'

/** GET /v1/sessions: the devices one is logged in on, those that logged in last first. */
export function listSessionsRoute(server: Server, deps: ApiDeps): void {
  server.get(
    '/v1/sessions',
    {
      schema: {
        tags: ['sessions'],
        summary: 'The devices I am logged in on, newest log-in first',
        security: [{ accessToken: [] }],
        querystring: PageQuery,
        response: { 200: SessionPage, '4xx': ProblemBody },
      },
    },
    async (request, reply) => {
      const { id, sessionId } = callerOf(request)
      const page = openPage(request, request.query, deps.cursors)
      const rows = await listLiveSessions(deps.db, id, { after: page.after, limit: page.rows })
      return page.answer(reply, rows, (shown) => shown.map((row) => viewSession(row, sessionId)))
    },
  )
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
