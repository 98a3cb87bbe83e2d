import type { CauseOf, JobPolicy, Payload } from './job.js'
import type { JobQueue } from './queue.js'
import { runUpkeep, type UpkeepDeps, type UpkeepTask } from './upkeep.js'
import type { Schedule } from './upkeep-schedule.js'

/** What a job of upkeep carries: the run that was asked for, or nothing by schedule. */
export type UpkeepPayload = { readonly runId: string } | { readonly runId?: never }

/** One job of a service: its policy, and the function that runs it. */
export type Job<Deps, Carried> = JobPolicy & {
  readonly run: (deps: Deps, payload: Carried) => Promise<unknown>
}

/** Every job of a service by its name; `Jobs` types what each carries. */
export type JobTable<Deps, Jobs extends Readonly<Record<string, Payload>>> = {
  readonly [Name in keyof Jobs]: Job<Deps, Jobs[Name]>
}

/** The jobs of a service's upkeep: each run of a task is the only one at a time, and one that fails waits for the next tick. */
export const upkeepJobs = <Deps extends UpkeepDeps, Name extends string>(
  tasks: Readonly<Record<Name, UpkeepTask<Deps>>>,
  schedules: Readonly<Record<Name, Schedule>>,
) =>
  Object.fromEntries(
    (Object.entries(tasks) as [Name, UpkeepTask<Deps>][]).map(([name, task]) => [
      name,
      {
        run: (deps: Deps, { runId }: UpkeepPayload) =>
          runUpkeep(
            deps,
            name,
            task,
            runId === undefined ? { started_by: 'schedule' } : { started_by: 'http', id: runId },
          ),
        attempts: 1,
        backoffMs: 1_000,
        cron: schedules[name],
      },
    ]),
  ) as Record<Name, Job<Deps, UpkeepPayload>>

/**
 * Starts working every job until the queue closes.
 * @param places how many jobs of a kind run at once; a kind without a number has a place for each of its names
 */
export async function workTable<Deps extends { readonly queue: JobQueue }>(
  deps: Deps,
  table: Readonly<Record<string, Job<Deps, never>>>,
  places: Readonly<Record<string, number>>,
  causeOf: CauseOf,
): Promise<void> {
  const jobs = Object.entries(table).map(
    // The payload was typed where it was added.
    ([name, job]) => [name, { ...job, run: (payload: Payload) => job.run(deps, payload as never) }] as const,
  )
  await deps.queue.work(Object.fromEntries(jobs), places, causeOf)
}
