import { AdminUser, AdminUserPage, IdParams, ListUsersQuery, ProblemBody } from '@likeness/contracts'
import { openPage, type Server } from '@likeness/runtime'
import type { AccountsConfig } from '../config.js'
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
      const page = openPage(request, request.query, deps.cursors)
      const people = await listPeople(deps.db, request.query, { after: page.after, limit: page.rows })
      return page.answer(reply, people, (shown) => shown.map((one) => viewAdminUser(one, deps.config)))
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
      return viewAdminUser(person, deps.config)
    },
  )
}

/** A user as managers and administrators see them. */
export const viewAdminUser = (person: Person, config: Pick<AccountsConfig, 'PUBLIC_URL'>): AdminUser => ({
  ...viewUser(person, config),
  disabledAt: person.disabled_at?.toISOString() ?? null,
})
