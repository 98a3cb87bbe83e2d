import { EndedSessions, EndedSessionsQuery, ProblemBody } from '@likeness/contracts'
import type { Server } from '@likeness/runtime'
import { listEndedSessions } from '../database/sessions.table.js'
import type { ApiDeps, Deps } from '../deps.js'

/** GET /internal/ended-sessions: media asks which sessions ended, to refuse their access tokens. */
export function listEndedSessionsRoute(server: Server, deps: ApiDeps): void {
  server.get(
    '/internal/ended-sessions',
    {
      logLevel: 'warn',
      schema: {
        hide: true,
        querystring: EndedSessionsQuery,
        response: { 200: EndedSessions, '4xx': ProblemBody },
      },
    },
    (request) => endedSince(deps, request.query.since),
  )
}

/** @param since without it: a token's lifetime ago */
export function endedSince(
  { config, db }: Pick<Deps, 'config' | 'db'>,
  since?: string,
): Promise<EndedSessions> {
  const lifetime = new Date(Date.now() - config.ACCESS_TOKEN_SECONDS * 1000)
  return listEndedSessions(db, since === undefined ? lifetime : new Date(since))
}
