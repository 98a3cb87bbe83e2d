import type { UpkeepRun, UpkeepTask } from '@likeness/contracts'
import type { QueryExecutorProvider } from 'kysely'
import { findTaskStates, isDead, type TaskState, type UpkeepRunRow } from './upkeep-runs.table.js'
import { nextRunOf, type Schedule } from './upkeep-schedule.js'

type Deps = {
  readonly config: { readonly UPKEEP_SCHEDULE: Readonly<Record<string, Schedule>> }
  readonly db: QueryExecutorProvider
}
/** The tasks of a service, by name. */
export type Described = Readonly<Record<string, { readonly description: string }>>

/** Every task with its newest run. */
export async function listTasks(deps: Deps, tasks: Described): Promise<UpkeepTask[]> {
  const states = await findTaskStates(deps.db, Object.keys(tasks), 1)
  return Promise.all(
    states.map(async (state) => {
      const [last] = state.runs
      return { ...(await viewTask(deps, tasks, state)), lastRun: last ? viewRun(last, state) : null }
    }),
  )
}

export async function viewTask(
  { config }: Pick<Deps, 'config'>,
  tasks: Described,
  { task, locked }: TaskState,
) {
  const schedule = config.UPKEEP_SCHEDULE[task] ?? 'off'
  return {
    name: task,
    description: tasks[task]?.description ?? '',
    schedule,
    nextRunAt: (await nextRunOf(schedule))?.toISOString() ?? null,
    isRunning: locked,
  }
}

export const viewRun = (run: UpkeepRunRow, state: TaskState): UpkeepRun => ({
  id: run.id,
  status: isDead(run, state) ? 'killed' : run.status,
  startedBy: run.started_by,
  actorId: run.actor_id,
  dryRun: run.dry_run,
  askedAt: run.asked_at.toISOString(),
  startedAt: run.started_at?.toISOString() ?? null,
  finishedAt: run.finished_at?.toISOString() ?? null,
  durationMs: run.started_at && run.finished_at ? run.finished_at.getTime() - run.started_at.getTime() : null,
  result: run.result,
  error: run.error,
})
