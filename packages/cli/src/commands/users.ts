import type { AdminPatch, AdminUser } from '@likeness/contracts'
import type { Connection } from '@likeness/contracts/call'
import type { Command } from 'commander'
import { confirm } from '../confirm.js'
import { action, CommandError, type Given } from '../finish.js'
import { read } from '../read-given.js'
import { ask, remoteOf } from '../remote.js'
import { servicesOf, settingsOf } from '../services.js'

/** Adds `users list`, `users set-role`, `users disable`, `users enable` and `users close`. */
export function addUsers(program: Command): void {
  const users = program
    .command('users')
    .description('find users, change roles, disable, enable and close accounts')
  users
    .command('list')
    .description('list users, newest first')
    .option('--q <text>', 'part of a username, address, nickname or name')
    .option('--role <role>', 'user, manager or admin')
    .option('--group <group>', 'a group of the deployment')
    .option('--status <status>', 'active, disabled or unverified')
    .option('--limit <number>', 'how many users at most, up to 100', '20')
    .action(
      action(async (given) => {
        const found = await list(given)
        return { result: { users: found }, lines: found.map(lineOf) }
      }),
    )
  users
    .command('set-role <login> <role>')
    .description(
      "change a user's role, and log them out if they lose rights; login is a username or e-mail address",
    )
    .action(
      action(async (given, login = '', role = '') => {
        const { Role } = await import('@likeness/contracts')
        return change(given, login, { role: await read(Role, role) })
      }),
    )
  for (const name of ['disable', 'enable'] as const) {
    users
      .command(`${name} <login> [reason]`)
      .description(
        name === 'disable' ? 'disable an account and log its user out' : 'enable a disabled account',
      )
      .action(
        action((given, login = '', reason) =>
          change(given, login, { disabled: name === 'disable', ...(reason === undefined ? {} : { reason }) }),
        ),
      )
  }
  users
    .command('close <login> <reason>')
    .description('close an account for good and erase all that it owns; asks first')
    .option('--dry-run', 'close nothing, only find whose account it is')
    .action(action((given, login = '', reason = '') => close(given, login, reason)))
}

async function close(given: Given, login: string, words: string) {
  const { AdminClose } = await import('@likeness/contracts')
  const body = await read(AdminClose, { reason: words })
  await confirm(given, `This closes the account of ${login} and erases all that it owns, for good.`, 'refuse')
  const dryRun = given.dryRun === true
  const remote = remoteOf(given)
  if (!remote) {
    const { closeByLogin } = await import('@likeness/accounts/operations')
    return { result: await closeByLogin(await localSettings(given), login, body.reason, { dryRun }) }
  }
  const { administration } = await import('@likeness/contracts/endpoints')
  const { id, username } = await findRemotely(remote, login)
  if (dryRun) return { result: { id, username, erasureId: null } }
  const started = await ask(remote, administration.closeUser, { params: { id }, body })
  return { result: { id, username, erasureId: started.body.id } }
}

async function list(given: Given): Promise<AdminUser[]> {
  const { ListUsersQuery } = await import('@likeness/contracts')
  const { q, role, group, status, limit } = given
  const query = await read(ListUsersQuery, { q, role, group, status, limit })
  const remote = remoteOf(given)
  if (remote) {
    const { administration } = await import('@likeness/contracts/endpoints')
    return (await ask(remote, administration.listUsers, { query })).body.items
  }
  const { listUsers } = await import('@likeness/accounts/operations')
  return listUsers(await localSettings(given), query)
}

async function change(given: Given, login: string, patch: AdminPatch) {
  const { id, username, role, disabledAt } = await changed(given, login, patch)
  return { result: { id, username, role, disabled: disabledAt !== null } }
}

async function changed(given: Given, login: string, patch: AdminPatch): Promise<AdminUser> {
  const remote = remoteOf(given)
  if (!remote) {
    const { administerByLogin } = await import('@likeness/accounts/operations')
    return administerByLogin(await localSettings(given), login, patch)
  }
  const { administration } = await import('@likeness/contracts/endpoints')
  const { id } = await findRemotely(remote, login)
  return (await ask(remote, administration.patchUser, { params: { id }, body: patch })).body
}

/** @throws CommandError when there is no such user */
async function findRemotely(remote: Connection, login: string): Promise<AdminUser> {
  const { administration } = await import('@likeness/contracts/endpoints')
  const { items } = (await ask(remote, administration.listUsers, { query: { q: login, limit: 100 } })).body
  const is = (name: string) => name.toLowerCase() === login.toLowerCase()
  const person = items.find(({ username, email }) => is(username) || is(email))
  if (!person) throw new CommandError('No such user')
  return person
}

async function localSettings(given: Given) {
  servicesOf(given, ['accounts'])
  const { AccountsConfig } = await import('@likeness/accounts/config')
  return settingsOf(
    'accounts',
    AccountsConfig.pick({ DATABASE_URL: true, GROUPS_FILE: true, PUBLIC_URL: true }),
  )
}

const lineOf = ({ username, email, role, disabledAt }: AdminUser) =>
  `${username} <${email}> ${role}${disabledAt ? ' disabled' : ''}`
