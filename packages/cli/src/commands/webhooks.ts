import type { Delivery, Webhook } from '@likeness/contracts'
import type { Deps } from '@likeness/media/operations'
import type { NoteAct } from '@likeness/runtime/trail/audit-events'
import type { Command } from 'commander'
import { confirm } from '../confirm.js'
import { action, type Given } from '../finish.js'
import { read } from '../read-given.js'
import { ask, remoteOf } from '../remote.js'
import { openMedia, servicesOf, using } from '../services.js'

/** Adds `webhooks list`, `create`, `enable`, `disable`, `rotate`, `remove`, `deliveries` and `replay`. */
export function addWebhooks(program: Command): void {
  const webhooks = program
    .command('webhooks')
    .description('addresses that are told what happens to pictures; see docs/webhooks.md')
  webhooks
    .command('list')
    .description('list webhooks, newest first (exit code 3 if any stopped by itself)')
    .action(action(async (given) => listed(await list(given))))
  webhooks
    .command('create <address>')
    .description('add a webhook, and print its secret this once')
    .option(
      '--events <types>',
      'what it is told, separated by commas, such as avatar.published; all unless given',
    )
    .option('--description <text>', 'what it is for')
    .action(
      action(async (given, address = '') => {
        const made = await create(given, address)
        return { result: { ...made }, lines: [made.id, made.secret, ...made.publicKeys] }
      }),
    )
  webhooks
    .command('enable <id>')
    .description('send again to one that was paused or disabled; what was kept for a paused one comes first')
    .action(action((given, id = '') => enable(given, id, true)))
  webhooks
    .command('disable <id>')
    .description('send nothing more; what happens meanwhile is not kept for it')
    .action(action((given, id = '') => enable(given, id, false)))
  webhooks
    .command('rotate <id>')
    .description('give it another secret; requests are signed with both for 24 hours')
    .action(
      action(async (given, id = '') => {
        const rotated = await rotate(given, id)
        return { result: rotated, lines: [rotated.secret, rotated.publicKey] }
      }),
    )
  webhooks
    .command('remove <id>')
    .description('remove it with its deliveries; asks first')
    .action(
      action(async (given, id = '') => {
        await confirm(given, `This removes the webhook ${id} with its deliveries.`, 'refuse')
        return { result: await remove(given, id) }
      }),
    )
  webhooks
    .command('deliveries <id>')
    .description('list what it was sent, newest first, with the last answer')
    .option('--state <state>', 'waiting, delivered or failed')
    .option('--limit <number>', 'how many at most, up to 100', '20')
    .action(
      action(async (given, id = '') => {
        const found = await deliveries(given, id)
        return {
          result: { deliveries: found },
          lines: found.length === 0 ? ['no deliveries'] : found.map(lineOfDelivery),
        }
      }),
    )
  webhooks
    .command('replay <id>')
    .description('send one event, or all of a time, again')
    .option('--event <id>', 'the event, which is webhook-id of its requests')
    .option('--from <time>', 'what happened then or later, such as 2026-01-31T00:00:00Z')
    .option('--to <time>', 'what happened before; now unless given')
    .option('--state <state>', 'only deliveries in it, such as failed')
    .action(action(async (given, id = '') => ({ result: { replayed: await replay(given, id) } })))
}

/** Works on the database of this machine; commands are in the audit as such. */
async function here<Done>(
  work: (operations: typeof import('@likeness/media/operations'), deps: Deps, note: NoteAct) => Promise<Done>,
): Promise<Done> {
  const [operations, { noteCommand }] = await Promise.all([
    import('@likeness/media/operations'),
    import('@likeness/runtime/trail/audit-events'),
  ])
  return using(openMedia(), (deps) => work(operations, deps, noteCommand))
}

/** The deployment that was named, with its endpoints. */
async function afar(given: Given) {
  servicesOf(given, ['media'])
  const remote = remoteOf(given)
  if (!remote) return undefined
  const { webhooks } = await import('@likeness/contracts/endpoints')
  return { remote, webhooks }
}

async function idOf(typed: unknown): Promise<string> {
  const { Id } = await import('@likeness/contracts')
  return read(Id, typed)
}

async function list(given: Given): Promise<Webhook[]> {
  const there = await afar(given)
  if (!there) return here(({ readWebhooks }, deps) => readWebhooks(deps))
  const found: Webhook[] = []
  for (let cursor: string | undefined; ; ) {
    const query = { limit: 100, ...(cursor && { cursor }) }
    const { items, nextCursor } = (await ask(there.remote, there.webhooks.list, { query })).body
    found.push(...items)
    if (nextCursor === null) return found
    cursor = nextCursor
  }
}

async function create(given: Given, url: string) {
  const { AddWebhook } = await import('@likeness/contracts')
  const { events, description } = given
  const types = typeof events === 'string' ? events.split(/\s*,\s*/) : undefined
  const body = await read(AddWebhook, { url, events: types, description })
  const there = await afar(given)
  if (!there) return here(({ addWebhook }, deps, note) => addWebhook(deps, { id: null, note }, body))
  return (await ask(there.remote, there.webhooks.add, { body })).body
}

async function enable(given: Given, typed: string, enabled: boolean) {
  const id = await idOf(typed)
  const body = { enabled }
  const there = await afar(given)
  const { url, state, waiting, failed } = there
    ? (await ask(there.remote, there.webhooks.change, { params: { id }, body })).body
    : await here(({ changeWebhook }, deps, note) => changeWebhook(deps, note, id, body))
  return { result: { id, url, state, waiting, failed } }
}

async function rotate(given: Given, typed: string) {
  const id = await idOf(typed)
  const there = await afar(given)
  const rotated = there
    ? (await ask(there.remote, there.webhooks.rotateSecret, { params: { id } })).body
    : await here(({ rotateSecret }, deps, note) => rotateSecret(deps, note, id))
  return { id, ...rotated }
}

async function remove(given: Given, typed: string) {
  const id = await idOf(typed)
  const there = await afar(given)
  if (there) await ask(there.remote, there.webhooks.remove, { params: { id } })
  else await here(({ removeWebhook }, deps, note) => removeWebhook(deps, note, id))
  return { id, removed: true }
}

async function deliveries(given: Given, typed: string): Promise<Delivery[]> {
  const id = await idOf(typed)
  const { DeliveriesQuery } = await import('@likeness/contracts')
  const query = await read(DeliveriesQuery, { state: given.state, limit: given.limit })
  const there = await afar(given)
  if (!there) return here(({ readDeliveries }, deps, note) => readDeliveries(deps, note, id, query))
  return (await ask(there.remote, there.webhooks.deliveries, { params: { id }, query })).body.items
}

async function replay(given: Given, typed: string): Promise<number> {
  const id = await idOf(typed)
  const { ReplayDeliveries } = await import('@likeness/contracts')
  const { event, from, to, state } = given
  const body = await read(ReplayDeliveries, { id: event, from, to, state })
  const there = await afar(given)
  if (!there) return here(({ replayWebhook }, deps, note) => replayWebhook(deps, note, id, body))
  return (await ask(there.remote, there.webhooks.replay, { params: { id }, body })).body.replayed
}

function listed(webhooks: readonly Webhook[]) {
  const stopped = webhooks.filter(({ reason }) => reason === 'failing' || reason === 'gone')
  const attention = stopped.map(({ id, state, url }) => `${id} is ${state}: ${url}.`).join(' ')
  return {
    result: { webhooks, ...(attention === '' ? {} : { attention }) },
    lines: webhooks.length === 0 ? ['no webhooks'] : webhooks.map(lineOf),
  }
}

const lineOf = ({ id, url, state, reason, stateAt, events, waiting, failed, failingSince }: Webhook) =>
  [
    id,
    url,
    state === 'enabled' ? state : `${state} since ${stateAt} (${reason})`,
    events?.join(',') ?? 'all events',
    `${waiting} waiting, ${failed} failed`,
    ...(failingSince === null ? [] : [`failing since ${failingSince}`]),
  ].join('  ')

const lineOfDelivery = ({ id, payload, state, attempts, nextAt, last }: Delivery) =>
  [
    id,
    payload.timestamp,
    payload.type,
    state,
    `${attempts} tries`,
    ...(last === null ? [] : [`last ${last.at}: ${last.status ?? last.fault ?? 'under way'}`]),
    ...(nextAt === null ? [] : [`next ${nextAt}`]),
  ].join('  ')
