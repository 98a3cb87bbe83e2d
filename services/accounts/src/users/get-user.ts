import { IdParams, ProblemBody, PublicUser } from '@likeness/contracts'
import type { Server } from '@likeness/runtime'
import { findPerson } from '../database/users.table.js'
import type { ApiDeps } from '../deps.js'
import { problem } from '../problems.js'
import { viewPublicUser } from './user-view.js'

/** GET /v1/users/:id: what anyone signed in may know of a user. */
export function getUserRoute(server: Server, deps: ApiDeps): void {
  server.get(
    '/v1/users/:id',
    {
      schema: {
        tags: ['users'],
        summary: 'The public profile of a user',
        security: [{ accessToken: [] }],
        params: IdParams,
        response: { 200: PublicUser, '4xx': ProblemBody },
      },
    },
    async (request) => {
      const person = await findPerson(deps.db, request.params.id)
      if (!person || person.disabled_at) throw problem('user-not-found')
      return viewPublicUser(person, deps.config)
    },
  )
}
