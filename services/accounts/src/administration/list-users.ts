import type { AdminUser } from '@likeness/contracts'
import type { administration } from '@likeness/contracts/endpoints'
import { entityTagOf, isExpected } from '@likeness/runtime/entity-tags'
import { openPage } from '@likeness/runtime/page'
import type { Handler } from '@likeness/runtime/serve'
import { filtersOf } from '@likeness/runtime/trail/audit-events'
import { noteReading } from '@likeness/runtime/trail/operators'
import type { AccountsConfig } from '../config.js'
import { findPerson, listPeople, type Person } from '../database/people.queries.js'
import type { ApiDeps } from '../deps.js'
import { problem } from '../problems.js'
import { viewUser } from '../profiles/user-view.js'

/** `administration.listUsers` */
export const listUsersHandler =
  (deps: ApiDeps): Handler<typeof administration.listUsers> =>
  async (request, reply) => {
    const page = openPage(request, request.query, deps.cursors)
    const details = filtersOf(request.query)
    await noteReading(deps.db, request, { action: 'accounts-listed', userId: null, details })
    const people = await listPeople(deps.db, request.query, { after: page.after, limit: page.rows })
    return page.answer(reply, people, (shown) => shown.map((one) => viewAdminUser(one, deps.config)))
  }

/** `administration.readUser` */
export const readUserAsManagerHandler =
  (deps: ApiDeps): Handler<typeof administration.readUser> =>
  async (request, reply) => {
    const person = await findPerson(deps.db, request.params.id)
    if (!person || person.ghost) throw problem('user-not-found')
    await noteReading(deps.db, request, { action: 'account-read', userId: person.id })
    const user = viewAdminUser(person, deps.config)
    reply.header('etag', tagOfUser(user))
    return user
  }

/** A user as managers and administrators see them. */
export const viewAdminUser = (person: Person, config: Pick<AccountsConfig, 'PUBLIC_URL'>): AdminUser => ({
  ...viewUser(person, config),
  disabledAt: person.disabled_at?.toISOString() ?? null,
})

/** The entity tag of a user as managers see them: it changes exactly when the answer does. */
export const tagOfUser = (user: AdminUser): string => entityTagOf(JSON.stringify(user))

/** Whether a user is still as `If-Match` names them; without it, anyone is. */
export const isSeenBy =
  (ifMatch: string | undefined, config: Pick<AccountsConfig, 'PUBLIC_URL'>) =>
  (person: Person): boolean =>
    isExpected(ifMatch, (tag) => tag === tagOfUser(viewAdminUser(person, config)))
