import { type Activity, ActivityPage, PageQuery, ProblemBody } from '@likeness/contracts'
import { answerPage, callerOf, type Server } from '@likeness/runtime'
import { type ActivityRow, listActivities } from '../database/activities.table.js'
import type { ApiDeps } from '../deps.js'
import { problem } from '../problems.js'

/** GET /v1/me/activity: what happened on one's account, newest first. */
export function listActivityRoute(server: Server, deps: ApiDeps): void {
  server.get(
    '/v1/me/activity',
    {
      schema: {
        tags: ['activity'],
        summary: 'What happened on my account',
        security: [{ accessToken: [] }],
        querystring: PageQuery,
        response: { 200: ActivityPage, '4xx': ProblemBody },
      },
    },
    async (request, reply) => {
      const { cursor, limit } = request.query
      const after = cursor === undefined ? undefined : deps.cursors.open(cursor)
      if (cursor !== undefined && !after) throw problem('invalid-cursor')
      const rows = await listActivities(deps.db, callerOf(request).id, { after: after?.id, limit: limit + 1 })
      return answerPage(request, reply, deps.cursors, { rows, limit, view: viewActivity })
    },
  )
}

const viewActivity = (row: ActivityRow): Activity => ({
  id: row.id,
  type: row.type,
  at: row.at.toISOString(),
  ip: row.ip,
  userAgent: row.user_agent,
  details: row.details,
})
