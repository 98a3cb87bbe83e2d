import { upkeepTasks as accountsTasks } from '@likeness/accounts/upkeep-tasks'
import { upkeepTasks as mediaTasks } from '@likeness/media/upkeep-tasks'
import type { Result } from '@likeness/runtime/upkeep'
import type { Command } from 'commander'
import { confirm } from '../confirm.js'
import { action, type Given } from '../finish.js'
import { remoteOf } from '../remote.js'
import { runRemotely } from '../run-remotely.js'
import { runTask } from '../run-task.js'
import { type Service, servicesOf } from '../services.js'

const tables = { accounts: accountsTasks, media: mediaTasks } as const

/** Shorter names that people type. */
const shortNames: Readonly<Record<string, string>> = {
  'expire-uploads': 'expire',
  'requeue-stuck': 'requeue',
}

/** What is asked on a terminal first. Without one they run: cron has them do what the schedule would do. */
const questions: Readonly<Record<string, string>> = {
  prune: 'This deletes for good what the policies do not keep.',
  'collect-garbage': 'This deletes for good every file that no row names.',
}

/** Adds a command for every task of upkeep. One that both services have works on both. */
export function addTasks(program: Command): void {
  const names = new Set([...Object.keys(mediaTasks), ...Object.keys(accountsTasks)])
  for (const name of names) {
    const owners = (Object.keys(tables) as Service[]).filter((service) =>
      Object.hasOwn(tables[service], name),
    )
    const short = shortNames[name]
    const command = program
      .command(short ?? name)
      .description([...new Set(owners.map((service) => describe(service, name)))].join('; '))
      .option('--dry-run', 'change nothing, only count')
      .action(action((given) => runOn(name, owners, given)))
    if (short !== undefined) command.alias(name)
  }
}

const describe = (service: Service, name: string): string =>
  (tables[service] as Readonly<Record<string, { description: string }>>)[name]?.description ?? ''

/** Runs the task in each of the services, one after the other; a result of one service stands alone. */
async function runOn(name: string, owners: readonly Service[], given: Given): Promise<{ result: Result }> {
  const question = questions[name]
  if (question !== undefined) await confirm(given, question, 'go-on')
  const remote = remoteOf(given)
  const services = remote ? (given.service ? servicesOf(given, owners) : owners) : servicesOf(given, owners)
  const results: [Service, Result][] = []
  for (const service of services) {
    results.push([
      service,
      remote ? await runRemotely(remote, service, name, given) : await runTask(service, name, given),
    ])
  }
  const [first] = results
  if (results.length === 1 && first) return { result: first[1] }
  const attention = results.flatMap(([, result]) => result.attention ?? []).join(' ')
  return { result: { ...Object.fromEntries(results), ...(attention === '' ? {} : { attention }) } }
}
