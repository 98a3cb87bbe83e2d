import { IdParams, ProblemBody } from '@likeness/contracts'
import type { Server } from '@likeness/runtime'
import { z } from 'zod'
import { findPerson } from '../database/users.table.js'
import type { ApiDeps } from '../deps.js'
import { problem } from '../problems.js'

/** GET /internal/users/:id: media asks whether there is such a user, before it keeps anything for them. */
export function findUserRoute(server: Server, deps: ApiDeps): void {
  server.get(
    '/internal/users/:id',
    {
      schema: { hide: true, params: IdParams, response: { 204: z.undefined(), '4xx': ProblemBody } },
    },
    async (request, reply) => {
      const person = await findPerson(deps.db, request.params.id)
      if (!person || person.ghost) throw problem('user-not-found')
      return reply.code(204).send()
    },
  )
}
