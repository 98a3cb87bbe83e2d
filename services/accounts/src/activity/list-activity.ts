import { type Activity, ActivityPage, ActivityQuery, IdParams, ProblemBody } from '@likeness/contracts'
import { answerPage, callerOf, type Server } from '@likeness/runtime'
import { type ActivityRow, listActivities } from '../database/activities.table.js'
import { findPerson } from '../database/users.table.js'
import type { ApiDeps } from '../deps.js'
import { problem } from '../problems.js'
import { openCursor } from './open-cursor.js'

const security = [{ accessToken: [] }]
const response = { 200: ActivityPage, '4xx': ProblemBody }

/** GET /v1/me/activity: what happened on one's account, newest first. */
export function listMyActivityRoute(server: Server, deps: ApiDeps): void {
  server.get(
    '/v1/me/activity',
    {
      schema: {
        tags: ['activity'],
        summary: 'What happened on my account',
        security,
        querystring: ActivityQuery,
        response,
      },
    },
    async (request, reply) => {
      const page = await listActivity(deps, callerOf(request).id, request.query)
      return answerPage(request, reply, deps.cursors, page)
    },
  )
}

/** GET /v1/admin/users/:id/activity: the same of anyone, for managers and administrators. */
export function listUsersActivityRoute(server: Server, deps: ApiDeps): void {
  server.get(
    '/v1/admin/users/:id/activity',
    {
      schema: {
        tags: ['administration'],
        summary: 'What happened on an account',
        security,
        params: IdParams,
        querystring: ActivityQuery,
        response,
      },
    },
    async (request, reply) => {
      const { id } = request.params
      if (!(await findPerson(deps.db, id))) throw problem('user-not-found')
      const page = await listActivity(deps, id, request.query)
      return answerPage(request, reply, deps.cursors, page)
    },
  )
}

async function listActivity({ cursors, db }: ApiDeps, userId: string, query: ActivityQuery) {
  const { cursor, limit, ...filter } = query
  const after = openCursor(cursors, cursor)
  const rows = await listActivities(db, userId, filter, { after, limit: limit + 1 })
  return { rows, limit, view: viewActivity }
}

/** An activity as its readers see it. */
export const viewActivity = (row: ActivityRow): Activity => ({
  id: row.id,
  type: row.type,
  at: row.at.toISOString(),
  actorId: row.actor_id,
  ip: row.ip,
  userAgent: row.user_agent,
  details: row.details,
})
