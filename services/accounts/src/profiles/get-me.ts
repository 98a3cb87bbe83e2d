import { Me, ProblemBody } from '@likeness/contracts'
import { callerOf, type Server } from '@likeness/runtime'
import { z } from 'zod'
import { findPerson } from '../database/users.table.js'
import type { ApiDeps } from '../deps.js'
import { problem } from '../problems.js'
import { viewMe } from '../users/user-view.js'
import { etagOf, matches } from './etag.js'

/** GET /v1/me: oneself, with profile and avatar. */
export function getMeRoute(server: Server, deps: ApiDeps): void {
  server.get(
    '/v1/me',
    {
      schema: {
        tags: ['me'],
        summary: 'Me, my profile and my avatar',
        security: [{ accessToken: [] }],
        response: {
          200: Me,
          304: z.undefined().describe('not changed since If-None-Match'),
          '4xx': ProblemBody,
        },
      },
    },
    async (request, reply) => {
      const person = await findPerson(deps.db, callerOf(request).id)
      if (!person) throw problem('unauthenticated')
      const user = viewMe(person, deps.config)
      const etag = etagOf(user)
      reply.header('etag', etag)
      const known = request.headers['if-none-match']
      if (known !== undefined && matches(known, etag, 'weak')) return reply.code(304).send()
      return user
    },
  )
}
