import type { JobPolicy } from '@likeness/runtime'
import type { WorkerDeps } from './deps.js'
import { sendMail } from './emails/send-mail.job.js'
import { eraseUser } from './erasure/erase-user.job.js'
import type { JobName, Jobs } from './queue.js'
import { deleteOver } from './upkeep/delete-over.js'
import { requeueStuck } from './upkeep/requeue-stuck.js'
import { retireKeys } from './upkeep/retire-keys.js'

type Job<Name extends JobName> = JobPolicy & {
  readonly run: (deps: WorkerDeps, payload: Jobs[Name]) => Promise<unknown>
}

/** Every job: its handler, how often it is tried, how many run at once, and its schedule. */
export const jobsOf = ({
  REQUEUE_SECONDS,
  UPKEEP_SECONDS,
}: WorkerDeps['config']): { [Name in JobName]: Job<Name> } => ({
  'send-mail': { run: sendMail, concurrency: 5, attempts: 10, backoffMs: 1_000 },
  'erase-user': { run: eraseUser, concurrency: 2, attempts: 30, backoffMs: 500 },
  'requeue-stuck': upkeep((deps) => requeueStuck(deps, { dryRun: false }), REQUEUE_SECONDS),
  'delete-over': upkeep((deps) => deleteOver(deps, { dryRun: false }), UPKEEP_SECONDS),
  'retire-keys': upkeep((deps) => retireKeys(deps, { dryRun: false }), UPKEEP_SECONDS),
})

// A run that fails waits for the next interval.
const upkeep = (run: (deps: WorkerDeps) => Promise<unknown>, everySeconds: number) =>
  ({ run, concurrency: 1, attempts: 1, backoffMs: 1_000, everyMs: everySeconds * 1000 }) as const

/** Starts working every job until the queue closes. */
export async function workJobs(deps: WorkerDeps): Promise<void> {
  const jobs = jobsOf(deps.config)
  // One after the other, so that they share connections as they start.
  for (const [name, { run, ...policy }] of Object.entries(jobs)) {
    // The payload was typed where it was added.
    await deps.queue.work(name, policy, (payload) => run(deps, payload as never))
  }
}
