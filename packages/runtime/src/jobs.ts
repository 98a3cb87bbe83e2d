import type { JobPolicy, JobQueue, Payload } from './queue.js'

/** One kind of job: its policy, and the function that runs it. */
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
    concurrency: 1,
    attempts: 1,
    backoffMs: 1_000,
    everyMs: everySeconds * 1000,
  }) as const

/** Starts working every job until the queue closes. */
export async function workTable<Deps extends { readonly queue: JobQueue }>(
  deps: Deps,
  table: Readonly<Record<string, Job<Deps, never>>>,
): Promise<void> {
  // One after the other, so that they share connections as they start.
  for (const [name, { run, ...policy }] of Object.entries(table)) {
    // The payload was typed where it was added.
    await deps.queue.work(name, policy, (payload) => run(deps, payload as never))
  }
}
