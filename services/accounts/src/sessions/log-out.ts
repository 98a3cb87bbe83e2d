import { IdParams, LogOutQuery, ProblemBody } from '@likeness/contracts'
import { callerOf, type Server } from '@likeness/runtime'
import { z } from 'zod'
import { originOf } from '../activity/origin.js'
import { insertActivity, type Origin } from '../database/activities.table.js'
import { endSessions } from '../database/sessions.table.js'
import { lockPerson } from '../database/users.table.js'
import type { ApiDeps } from '../deps.js'
import { problem } from '../problems.js'
import { clearedCookies } from './session-cookies.js'

const responses = { 204: z.undefined().describe('ended'), '4xx': ProblemBody }
const security = [{ accessToken: [] }]

/** DELETE /v1/sessions/current, /v1/sessions/:id and /v1/sessions: ends this session, one, or all. */
export function logOutRoutes(server: Server, deps: ApiDeps): void {
  server.delete(
    '/v1/sessions/current',
    {
      config: { crossOrigin: 'cookies' },
      schema: { tags: ['sessions'], summary: 'Log out', security, response: responses },
    },
    async (request, reply) => {
      const { id, sessionId } = callerOf(request)
      await logOut(deps, id, originOf(request), { id: sessionId })
      return reply.header('set-cookie', clearedCookies(deps.config)).code(204).send()
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
      const ended = await logOut(deps, callerOf(request).id, originOf(request), { id: request.params.id })
      if (ended === 0) throw problem('session-not-found')
      return reply.code(204).send()
    },
  )

  server.delete(
    '/v1/sessions',
    {
      config: { crossOrigin: 'cookies' },
      schema: {
        tags: ['sessions'],
        summary: 'Log out everywhere, or everywhere else',
        security,
        querystring: LogOutQuery,
        response: responses,
      },
    },
    async (request, reply) => {
      const { id, sessionId } = callerOf(request)
      const everywhere = request.query.except === undefined
      await logOut(deps, id, originOf(request), everywhere ? {} : { except: sessionId })
      if (everywhere) reply.header('set-cookie', clearedCookies(deps.config))
      return reply.code(204).send()
    },
  )
}

/** Ends live sessions of a user; each leaves an activity row. Returns how many there were. */
async function logOut(
  deps: ApiDeps,
  userId: string,
  origin: Origin,
  which: { id?: string; except?: string },
): Promise<number> {
  const ended = await deps.db.transaction().execute(async (trx) => {
    // Before their sessions, as everyone else locks them: an activity row refers to the user.
    await lockPerson(trx, userId)
    const ids = await endSessions(trx, userId, 'logout', which)
    for (const sessionId of ids) {
      await insertActivity(trx, { userId, type: 'logout', origin, details: { sessionId } })
    }
    return ids.length
  })
  await deps.ended.look()
  return ended
}
