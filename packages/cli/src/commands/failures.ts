import type { FailureGroup, Retried } from '@likeness/contracts'
import type { Command } from 'commander'
import { action, type Given } from '../finish.js'
import { read } from '../read-given.js'
import { ask, remoteOf } from '../remote.js'
import { openMedia, servicesOf, using } from '../services.js'

/** Adds `failures list` and `failures retry`. */
export function addFailures(program: Command): void {
  const failures = program.command('failures').description('what failed or waits too long; try it again')
  failures
    .command('list')
    .description('list causes by step, with how many wait or ended for each (exit code 3 if any waits)')
    .option('--since <time>', 'what ended then or later; seven days ago unless given')
    .action(
      action(async (given) => {
        const items = await list(given)
        const waiting = items.filter(({ state }) => state === 'waiting')
        const attention = waiting
          .map(({ step, cause, count }) => `${count} wait at ${step}: ${cause}.`)
          .join(' ')
        return {
          result: { items, ...(attention === '' ? {} : { attention }) },
          lines: items.length === 0 ? ['nothing failed, and nothing waits too long'] : items.map(lineOf),
        }
      }),
    )
  failures
    .command('retry')
    .description('try again at once what waits: one upload, or all of one cause')
    .option('--upload <id>', 'the upload')
    .option('--step <step>', 'prepare, publish, withdraw, describe, erase, tell or import, with --cause')
    .option('--cause <cause>', 'as `failures list` names it')
    .option('--dry-run', 'try nothing, only count')
    .action(action(async (given) => ({ result: await retry(given) })))
}

async function list(given: Given): Promise<FailureGroup[]> {
  servicesOf(given, ['media'])
  const { FailuresQuery } = await import('@likeness/contracts')
  const query = await read(FailuresQuery, { since: given.since })
  const remote = remoteOf(given)
  if (remote) {
    const { failures } = await import('@likeness/contracts/endpoints')
    return (await ask(remote, failures.list, { query })).body.items
  }
  const { readFailures } = await import('@likeness/media/operations')
  return using(openMedia(), (deps) => readFailures(deps, query.since))
}

async function retry(given: Given): Promise<Retried> {
  servicesOf(given, ['media'])
  const { RetryFailures } = await import('@likeness/contracts')
  const { upload: uploadId, step, cause } = given
  const body = await read(RetryFailures, { uploadId, step, cause })
  const dryRun = given.dryRun === true
  const remote = remoteOf(given)
  if (remote) {
    const { failures } = await import('@likeness/contracts/endpoints')
    const query = dryRun ? ({ dryRun: 'true' } as const) : {}
    return (await ask(remote, failures.retry, { query, body })).body
  }
  const { retryFailures } = await import('@likeness/media/operations')
  return using(openMedia(), (deps) => retryFailures(deps, body, { dryRun }))
}

const lineOf = ({ step, cause, state, count, since, attempts }: FailureGroup) =>
  `${step.padEnd(10)}${cause.padEnd(22)}${state.padEnd(9)}${String(count).padStart(8)}  since ${since}, ${attempts} failed runs`
