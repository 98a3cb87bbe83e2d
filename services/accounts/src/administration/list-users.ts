import { AdminUser, AdminUserPage, IdParams, ListUsersQuery, ProblemBody } from '@likeness/contracts'
import { answerPage, type Server } from '@likeness/runtime'
import { openCursor } from '../activity/open-cursor.js'
import { findPerson, listPeople, type Person } from '../database/users.table.js'
import type { ApiDeps } from '../deps.js'
import { problem } from '../problems.js'
import { viewUser } from '../users/user-view.js'

const security = [{ accessToken: [] }]

/** GET /v1/admin/users and /v1/admin/users/:id: search, filter, page; and one. */
export function listUsersRoutes(server: Server, deps: ApiDeps): void {
  server.get(
    '/v1/admin/users',
    {
      schema: {
        tags: ['administration'],
        summary: 'Find users, newest first',
        security,
        querystring: ListUsersQuery,
        response: { 200: AdminUserPage, '4xx': ProblemBody },
      },
    },
    async (request, reply) => {
      const { cursor, limit, ...filter } = request.query
      const after = openCursor(deps.cursors, cursor)
      const people = await listPeople(deps.db, filter, { after, limit: limit + 1 })
      const rows = people.map((person) => ({ ...person, at: person.created_at }))
      return answerPage(request, reply, deps.cursors, { rows, limit, view: viewAdminUser })
    },
  )

  server.get(
    '/v1/admin/users/:id',
    {
      schema: {
        tags: ['administration'],
        summary: 'One user',
        security,
        params: IdParams,
        response: { 200: AdminUser, '4xx': ProblemBody },
      },
    },
    async (request) => {
      const person = await findPerson(deps.db, request.params.id)
      if (!person || person.ghost) throw problem('user-not-found')
      return viewAdminUser(person)
    },
  )
}

/** A user as managers and administrators see them. */
export const viewAdminUser = (person: Person): AdminUser => ({
  ...viewUser(person),
  disabledAt: person.disabled_at?.toISOString() ?? null,
})
