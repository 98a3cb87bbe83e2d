import type { CreatedKey, ServiceKey } from '@likeness/contracts'
import type { Command } from 'commander'
import { confirm } from '../confirm.js'
import { action, type Given } from '../finish.js'
import { read } from '../read-given.js'
import { ask, remoteOf } from '../remote.js'
import { openMedia, servicesOf, using } from '../services.js'

/** Adds `keys create`, `keys list` and `keys revoke`. */
export function addKeys(program: Command): void {
  const keys = program.command('keys').description('service keys of backends and jobs')
  keys
    .command('create')
    .description('make a key, and print it this once')
    .requiredOption('--name <name>', 'what it is for')
    .requiredOption('--scope <scopes>', 'what it may do: scopes separated by commas, such as uploads:write')
    .option('--days <number>', 'how long it is accepted', '365')
    .action(
      action(async (given) => {
        const created = await create(given)
        return { result: { ...created }, lines: [created.key] }
      }),
    )
  keys
    .command('list')
    .description('list the keys with their last use, newest first')
    .action(
      action(async (given) => {
        const found = await list(given)
        return { result: { keys: found }, lines: found.length === 0 ? ['no keys'] : found.map(lineOf) }
      }),
    )
  keys
    .command('revoke <id>')
    .description('refuse a key from now on; asks first')
    .action(
      action(async (given, id = '') => {
        await confirm(given, `This revokes the key ${id}: what uses it is refused.`, 'refuse')
        await revoke(given, id)
        return { result: { id, revoked: true } }
      }),
    )
}

async function create(given: Given): Promise<CreatedKey> {
  servicesOf(given, ['media'])
  const { CreateKey } = await import('@likeness/contracts')
  const { name, scope, days } = given
  const scopes = String(scope)
    .split(',')
    .map((one) => one.trim())
  const body = await read(CreateKey, { name, scopes, expiresInDays: Number(days) })
  const remote = remoteOf(given)
  if (remote) {
    const { serviceKeys } = await import('@likeness/contracts/endpoints')
    return (await ask(remote, serviceKeys.create, { body })).body
  }
  const { createKeyByCommand } = await import('@likeness/media/operations')
  return using(openMedia(), ({ db }) => createKeyByCommand(db, body))
}

async function list(given: Given): Promise<ServiceKey[]> {
  servicesOf(given, ['media'])
  const remote = remoteOf(given)
  if (remote) {
    const { serviceKeys } = await import('@likeness/contracts/endpoints')
    return (await ask(remote, serviceKeys.list, {})).body.items
  }
  const [{ listKeys }, { noteCommand }] = await Promise.all([
    import('@likeness/media/operations'),
    import('@likeness/runtime/trail/audit-events'),
  ])
  return using(openMedia(), async ({ db }) => {
    await noteCommand(db, { action: 'keys-listed' })
    return listKeys(db)
  })
}

async function revoke(given: Given, key: string): Promise<void> {
  servicesOf(given, ['media'])
  const { Id } = await import('@likeness/contracts')
  const id = await read(Id, key)
  const remote = remoteOf(given)
  if (remote) {
    const { serviceKeys } = await import('@likeness/contracts/endpoints')
    await ask(remote, serviceKeys.revoke, { params: { id } })
    return
  }
  const { revokeKeyByCommand } = await import('@likeness/media/operations')
  await using(openMedia(), ({ db }) => revokeKeyByCommand(db, id))
}

const lineOf = ({ id, prefix, name, scopes, expiresAt, lastUsedAt, revokedAt }: ServiceKey) =>
  [
    id,
    `${prefix}…`,
    name,
    scopes.join(','),
    revokedAt === null ? `until ${expiresAt}` : `revoked ${revokedAt}`,
    `last used ${lastUsedAt ?? 'never'}`,
  ].join('  ')
