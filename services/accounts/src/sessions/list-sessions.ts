import { ProblemBody, type Session, SessionList } from '@likeness/contracts'
import { callerOf, type Server } from '@likeness/runtime'
import { listLiveSessions, type SessionRow } from '../database/sessions.table.js'
import type { ApiDeps } from '../deps.js'

/** GET /v1/sessions: the devices one is logged in on, last used first. */
export function listSessionsRoute(server: Server, deps: ApiDeps): void {
  server.get(
    '/v1/sessions',
    {
      schema: {
        tags: ['sessions'],
        summary: 'The devices I am logged in on',
        security: [{ accessToken: [] }],
        response: { 200: SessionList, '4xx': ProblemBody },
      },
    },
    async (request) => {
      const { id, sessionId } = callerOf(request)
      const rows = await listLiveSessions(deps.db, id)
      return { items: rows.map((row) => viewSession(row, sessionId)) }
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
