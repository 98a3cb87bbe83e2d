import type { JobPolicy, Payload } from './job.js'
import type { JobQueue } from './queue.js'

/** One job of a service: its policy, and the function that runs it. */
export type Job<Deps, Carried> = JobPolicy & {
  readonly run: (deps: Deps, payload: Carried) => Promise<unknown>
}

/** Every job of a service by its name; `Jobs` types what each carries. */
export type JobTable<Deps, Jobs extends Readonly<Record<string, Payload>>> = {
  readonly [Name in keyof Jobs]: Job<Deps, Jobs[Name]>
}

/** The policy of a task of upkeep: once per interval across all workers; a run that fails waits for the next one. */
export const upkeepJob = <Deps>(
  run: (deps: Deps, options: { dryRun: boolean }) => Promise<unknown>,
  everySeconds: number,
) =>
  ({
    run: (deps: Deps) => run(deps, { dryRun: false }),
    attempts: 1,
    backoffMs: 1_000,
    everyMs: everySeconds * 1000,
  }) as const

/**
 * Starts working every job until the queue closes.
 * @param places how many jobs of a kind run at once; a kind without a number has a place for each of its names
 */
export async function workTable<Deps extends { readonly queue: JobQueue }>(
  deps: Deps,
  table: Readonly<Record<string, Job<Deps, never>>>,
  places: Readonly<Record<string, number>>,
): Promise<void> {
  const jobs = Object.entries(table).map(
    // The payload was typed where it was added.
    ([name, job]) => [name, { ...job, run: (payload: Payload) => job.run(deps, payload as never) }] as const,
  )
  await deps.queue.work(Object.fromEntries(jobs), places)
}
