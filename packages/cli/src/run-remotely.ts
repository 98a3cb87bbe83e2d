import { setTimeout as pause } from 'node:timers/promises'
import type { Connection } from '@likeness/contracts/call'
import type { Result } from '@likeness/runtime/upkeep'
import { CommandError, type Given } from './finish.js'
import { ask, RefusedError } from './remote.js'
import { skipped } from './run-task.js'
import type { Service } from './services.js'

const lookMs = 1_000

/**
 * Has a worker of a deployment run a task, and waits until the run has ended.
 * @throws RefusedError; CommandError when the run fails
 */
export async function runRemotely(
  remote: Connection,
  service: Service,
  task: string,
  given: Given,
): Promise<Result> {
  const { accountsUpkeep, upkeep } = await import('@likeness/contracts/endpoints')
  const endpoints = service === 'media' ? upkeep : accountsUpkeep
  const params = { task }
  let id: string
  try {
    const dryRun = given.dryRun ? 'true' : 'false'
    id = (await ask(remote, endpoints.run, { params, query: { dryRun } })).body.id
  } catch (error) {
    if (error instanceof RefusedError && error.code === 'task-is-running') return skipped
    throw error
  }
  for (;;) {
    const run = (await ask(remote, endpoints.read, { params })).body.runs.find((one) => one.id === id)
    if (run?.status === 'skipped') return skipped
    if (run?.status === 'failed' || run?.status === 'killed' || run === undefined) {
      throw new CommandError(run?.error ?? `The run of ${task} ended with its process; run it again.`)
    }
    if (run.result) return run.result
    await pause(lookMs)
  }
}
