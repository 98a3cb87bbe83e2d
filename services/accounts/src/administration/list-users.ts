import type { AdminUser } from '@likeness/contracts'
import type { administration } from '@likeness/contracts/endpoints'
import { openPage } from '@likeness/runtime/page'
import type { Handler } from '@likeness/runtime/serve'
import { filtersOf, noteReading } from '@likeness/runtime/trail/operators'
import type { AccountsConfig } from '../config.js'
import { findPerson, listPeople, type Person } from '../database/users.table.js'
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
  async (request) => {
    const person = await findPerson(deps.db, request.params.id)
    if (!person || person.ghost) throw problem('user-not-found')
    await noteReading(deps.db, request, { action: 'account-read', userId: person.id })
    return viewAdminUser(person, deps.config)
  }

/** A user as managers and administrators see them. */
export const viewAdminUser = (person: Person, config: Pick<AccountsConfig, 'PUBLIC_URL'>): AdminUser => ({
  ...viewUser(person, config),
  disabledAt: person.disabled_at?.toISOString() ?? null,
})
