import type { Result } from '@likeness/runtime/upkeep'
import type { Given } from './finish.js'
import { showProgress } from './progress.js'
import { openAccounts, openMedia, type Service, using } from './services.js'

/** A run that found another under way is no failure: a cron job may come before the last one has ended. */
export const skipped = { skipped: 'another run of this task is under way' }

/**
 * Runs a task of upkeep here.
 * @throws what the task throws
 */
export async function runTask(service: Service, name: string, given: Given): Promise<Result> {
  const { runUpkeep } = await import('@likeness/runtime/upkeep')
  const progress = showProgress(given)
  const asked = { started_by: 'cli', dry_run: given.dryRun === true } as const
  try {
    const { result } =
      service === 'media'
        ? await using(openMedia(), async (deps) => {
            const { upkeepTasks } = await import('@likeness/media/upkeep-tasks')
            return runUpkeep(deps, name, taskOf(upkeepTasks, name), asked, progress.tell)
          })
        : await using(openAccounts(), async (deps) => {
            const { upkeepTasks } = await import('@likeness/accounts/upkeep-tasks')
            return runUpkeep(deps, name, taskOf(upkeepTasks, name), asked, progress.tell)
          })
    return result ?? skipped
  } finally {
    progress.end()
  }
}

function taskOf<Task>(tasks: Readonly<Record<string, Task>>, name: string): Task {
  const task = tasks[name]
  if (!task) throw new Error(`no task ${name}`)
  return task
}
