import { IdParams, ProblemBody } from '@likeness/contracts'
import { callerOf, type Server } from '@likeness/runtime'
import { z } from 'zod'
import { originOf } from '../activity/origin.js'
import { insertActivity, type Origin } from '../database/activities.table.js'
import { endSessions } from '../database/sessions.table.js'
import type { ApiDeps } from '../deps.js'
import { problem } from '../problems.js'

const responses = { 204: z.null().describe('ended'), '4xx': ProblemBody }
const security = [{ accessToken: [] }]

/** DELETE /v1/sessions/current, /v1/sessions/:id and /v1/sessions: ends this session, one, or all. */
export function logOutRoutes(server: Server, deps: ApiDeps): void {
  server.delete(
    '/v1/sessions/current',
    { schema: { tags: ['sessions'], summary: 'Log out', security, response: responses } },
    async (request, reply) => {
      const { id, sessionId } = callerOf(request)
      await endMySessions(deps, id, originOf(request), sessionId)
      return reply.code(204).send(null)
    },
  )

  server.delete(
    '/v1/sessions/:id',
    {
      schema: {
        tags: ['sessions'],
        summary: 'Log out one device',
        security,
        params: IdParams,
        response: responses,
      },
    },
    async (request, reply) => {
      const ended = await endMySessions(deps, callerOf(request).id, originOf(request), request.params.id)
      if (ended === 0) throw problem('session-not-found')
      return reply.code(204).send(null)
    },
  )

  server.delete(
    '/v1/sessions',
    { schema: { tags: ['sessions'], summary: 'Log out everywhere', security, response: responses } },
    async (request, reply) => {
      await endMySessions(deps, callerOf(request).id, originOf(request))
      return reply.code(204).send(null)
    },
  )
}

/** Ends the session named, or all; each leaves an activity row. Returns how many were live. */
function endMySessions(deps: ApiDeps, userId: string, origin: Origin, id?: string): Promise<number> {
  return deps.db.transaction().execute(async (trx) => {
    const ended = await endSessions(trx, userId, 'logout', id === undefined ? {} : { id })
    for (const sessionId of ended) {
      await insertActivity(trx, { userId, type: 'logout', origin, details: { sessionId } })
    }
    return ended.length
  })
}
