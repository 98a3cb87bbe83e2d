import type { AdminPatch, AdminUser, ListUsersQuery } from '@likeness/contracts'
import { filtersOf, noteCommand } from '@likeness/runtime/trail/audit-events'
import type { AccountsConfig } from '../config.js'
import { commandLine } from '../database/activities.table.js'
import { findPersonByLogin, listPeople } from '../database/people.queries.js'
import { openGroups } from '../groups/groups.js'
import { problem } from '../problems.js'
import { withDatabase } from '../with-database.js'
import { administerUser } from './administer-user.js'
import { viewAdminUser } from './list-users.js'
import type { Actor } from './lock-acted-on.js'

/** Commands have an administrator's rights: only an operator can run them on the machine. */
const root: Actor = { id: null, role: 'admin' }

/** The newest users that match. */
export const listUsers = (
  config: Pick<AccountsConfig, 'DATABASE_URL' | 'PUBLIC_URL'>,
  query: ListUsersQuery,
): Promise<AdminUser[]> =>
  withDatabase(config.DATABASE_URL, async (db) => {
    await noteCommand(db, { action: 'accounts-listed', details: filtersOf(query) })
    const people = await listPeople(db, query, { after: undefined, limit: query.limit })
    return people.map((person) => viewAdminUser(person, config))
  })

/**
 * Changes the user of a username or an e-mail address.
 * @throws Problem `user-not-found` and those of `administerUser`
 */
export const administerByLogin = (
  config: Pick<AccountsConfig, 'DATABASE_URL' | 'GROUPS_FILE' | 'PUBLIC_URL'>,
  login: string,
  patch: AdminPatch,
): Promise<AdminUser> =>
  withDatabase(config.DATABASE_URL, async (db) => {
    const person = await findPersonByLogin(db, login)
    if (!person) throw problem('user-not-found')
    const groups = openGroups(config.GROUPS_FILE)
    const changed = await administerUser({ db, groups }, root, person.id, patch, commandLine())
    return viewAdminUser(changed, config)
  })
