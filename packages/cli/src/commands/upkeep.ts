import type { UpkeepTask } from '@likeness/contracts'
import type { Command } from 'commander'
import { action, type Given } from '../finish.js'
import { ask, remoteOf } from '../remote.js'
import { openAccounts, openMedia, type Service, servicesOf, using } from '../services.js'

/** Adds `upkeep`: every task with its schedule, its last run and the next. */
export function addUpkeep(program: Command): void {
  program
    .command('upkeep')
    .description('list the tasks of upkeep: schedule, last run, next run, and whether each runs now')
    .action(
      action(async (given) => {
        const tasks: (UpkeepTask & { service: Service })[] = []
        const services = given.url && !given.service ? (['accounts', 'media'] as const) : servicesOf(given)
        for (const service of services) {
          const items = await list(service, given)
          tasks.push(...items.map((task) => ({ service, ...task })))
        }
        const bad = tasks.filter(({ lastRun }) =>
          ['failed', 'killed', 'partly'].includes(lastRun?.status ?? ''),
        )
        const attention = bad
          .map(({ service, name, lastRun }) => `${name} of ${service}: ${lastRun?.status}.`)
          .join(' ')
        return {
          result: { tasks, ...(attention === '' ? {} : { attention }) },
          lines: tasks.map(lineOf),
        }
      }),
    )
}

async function list(service: Service, given: Given): Promise<UpkeepTask[]> {
  const remote = remoteOf(given)
  if (remote) {
    const { accountsUpkeep, upkeep } = await import('@likeness/contracts/endpoints')
    return (await ask(remote, (service === 'media' ? upkeep : accountsUpkeep).list, {})).body.items
  }
  const { listTasks } = await import('@likeness/runtime/upkeep-view')
  if (service === 'media') {
    const { upkeepTasks } = await import('@likeness/media/upkeep-tasks')
    return using(openMedia(), (deps) => listTasks(deps, upkeepTasks))
  }
  const { upkeepTasks } = await import('@likeness/accounts/upkeep-tasks')
  return using(openAccounts(), (deps) => listTasks(deps, upkeepTasks))
}

function lineOf({
  service,
  name,
  schedule,
  isRunning,
  lastRun,
  nextRunAt,
}: UpkeepTask & { service: Service }): string {
  const last = lastRun
    ? `${lastRun.status} ${lastRun.finishedAt ?? lastRun.startedAt ?? lastRun.askedAt}${lastRun.durationMs === null ? '' : ` in ${lastRun.durationMs} ms`}`
    : 'never ran'
  const attention = lastRun?.result?.attention
  const why = lastRun?.error ?? (typeof attention === 'string' ? attention : undefined)
  return [
    `${service.padEnd(9)}${name.padEnd(17)}${schedule.padEnd(17)}`,
    `${isRunning ? 'runs now; ' : ''}${last}; next ${nextRunAt ?? 'not by schedule'}${why ? ` (${why})` : ''}`,
  ].join('')
}
