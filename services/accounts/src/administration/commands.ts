import { type AdminPatch, ListUsersQuery, Role } from '@likeness/contracts'
import { type Cli, finish, type Options, usage } from '@likeness/runtime/cli'
import type { Command } from 'commander'
import type { z } from 'zod'
import { Connection, withDatabase } from '../cli-tools.js'
import { AccountsConfig } from '../config.js'
import { ourselves } from '../database/activities.table.js'
import { findPersonByLogin, listPeople, type Person } from '../database/users.table.js'
import { openGroups } from '../groups/groups.js'
import { problem } from '../problems.js'
import { administerUser } from './administer-user.js'
import { viewAdminUser } from './list-users.js'
import type { Actor } from './lock-acted-on.js'

/** Commands have an administrator's rights: only an operator can run them on the machine. */
const root: Actor = { id: null, role: 'admin' }

/** Adds `list`, `set-role`, `disable` and `enable`. */
export function addAdministration(program: Command, settings: Cli['settings']): void {
  program
    .command('list')
    .description('list users, newest first')
    .option('--q <text>', 'part of a username, address, nickname or name')
    .option('--role <role>', 'user, manager or admin')
    .option('--group <group>', 'a group of the deployment')
    .option('--status <status>', 'active, disabled or unverified')
    .option('--limit <number>', 'how many users at most, up to 100', '20')
    .option('--json', 'print JSON')
    .action((given: Options) =>
      finish(given, async () => {
        const { limit, cursor: _, ...filter } = usage(program, ListUsersQuery, given)
        const { DATABASE_URL } = settings(Connection)
        const people = await withDatabase(DATABASE_URL, (db) =>
          listPeople(db, filter, { after: undefined, limit }),
        )
        if (!given.json) return { users: people.map(lineOf) }
        const config = settings(AccountsConfig.pick({ PUBLIC_URL: true }))
        return { users: people.map((person) => viewAdminUser(person, config)) }
      }),
    )

  onUser('set-role', '<role>', "change a user's role, and log them out if they lose rights", (role) => ({
    role: usage(program, Role, role),
  }))
  onUser('disable', '[reason]', 'disable an account and log its user out', (reason) => ({
    disabled: true,
    ...(reason === undefined ? {} : { reason }),
  }))
  onUser('enable', '[reason]', 'enable a disabled account', (reason) => ({
    disabled: false,
    ...(reason === undefined ? {} : { reason }),
  }))

  function onUser(
    name: string,
    parameter: string,
    description: string,
    patchOf: (value: string | undefined) => AdminPatch,
  ): void {
    program
      .command(`${name} <login> ${parameter}`)
      .description(`${description}; login is a username or e-mail address`)
      .option('--json', 'print JSON')
      .action((login: string, value: string | undefined, options: Options) =>
        finish(options, () => administer(settings(Administering), login, patchOf(value))),
      )
  }
}

const Administering = Connection.extend({ GROUPS_FILE: AccountsConfig.shape.GROUPS_FILE })

async function administer(config: z.output<typeof Administering>, login: string, patch: AdminPatch) {
  const groups = openGroups(config.GROUPS_FILE)
  return withDatabase(config.DATABASE_URL, async (db) => {
    const person = await findPersonByLogin(db, login)
    if (!person) throw problem('user-not-found')
    const changed = await administerUser({ db, groups }, root, person.id, patch, ourselves)
    const { id, username, role } = changed
    return { id, username, role, disabled: changed.disabled_at !== null }
  })
}

const lineOf = ({ username, email, role, disabled_at }: Person) =>
  `${username} <${email}> ${role}${disabled_at ? ' disabled' : ''}`
