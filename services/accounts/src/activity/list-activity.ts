import { type Activity, ActivityPage, ActivityQuery, IdParams, ProblemBody } from '@likeness/contracts'
import { callerOf, openPage, type Reply, type Request, type Server } from '@likeness/runtime'
import { type ActivityRow, listActivities } from '../database/activities.table.js'
import { findPerson } from '../database/users.table.js'
import type { ApiDeps } from '../deps.js'
import { problem } from '../problems.js'

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
    async (request, reply) => answerActivity(deps, callerOf(request).id, request, reply),
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
      return answerActivity(deps, id, request, reply)
    },
  )
}

async function answerActivity(
  { cursors, db }: ApiDeps,
  userId: string,
  request: Request<{ Querystring: ActivityQuery }>,
  reply: Reply,
) {
  const page = openPage(request, request.query, cursors)
  const rows = await listActivities(db, userId, request.query, { after: page.after, limit: page.rows })
  return page.answer(reply, rows, (shown) => shown.map(viewActivity))
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
