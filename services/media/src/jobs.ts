import type { JobPolicy } from '@likeness/runtime'
import { publishAvatar } from './avatars/publish-avatar.job.js'
import { tellDescription } from './avatars/tell-description.job.js'
import { tellWithdrawal } from './avatars/tell-withdrawal.job.js'
import type { WorkerDeps } from './deps.js'
import { eraseUser } from './erasure/erase-user.job.js'
import type { JobName, Jobs } from './queue.js'
import { collectGarbage } from './upkeep/collect-garbage.js'
import { deleteOver } from './upkeep/delete-over.js'
import { expireUploads } from './upkeep/expire-uploads.js'
import { requeueStuck } from './upkeep/requeue-stuck.js'
import { prepareUpload } from './uploads/prepare-upload.job.js'

type Job<Name extends JobName> = JobPolicy & {
  readonly run: (deps: WorkerDeps, payload: Jobs[Name]) => Promise<unknown>
}

// What waits for accounts is told within seconds of its return.
const tell = { attempts: 60, backoffMs: 500, longestBackoffMs: 5_000 } as const

/** Every job: its handler, how often it is tried, how many run at once, and its schedule. */
export const jobsOf = ({
  DECODERS,
  UPKEEP_SECONDS,
}: WorkerDeps['config']): { [Name in JobName]: Job<Name> } => ({
  'prepare-upload': { run: prepareUpload, concurrency: DECODERS, attempts: 5, backoffMs: 500 },
  'prepare-heic': { run: prepareUpload, concurrency: 1, attempts: 5, backoffMs: 500 },
  'publish-avatar': { run: publishAvatar, concurrency: DECODERS, ...tell },
  'publish-heic': { run: publishAvatar, concurrency: 1, ...tell },
  'erase-user': { run: eraseUser, concurrency: 2, attempts: 8, backoffMs: 1_000 },
  'tell-withdrawal': { run: tellWithdrawal, concurrency: 4, ...tell },
  'tell-description': { run: tellDescription, concurrency: 4, ...tell },
  'expire-uploads': upkeep((deps) => expireUploads(deps, { dryRun: false }), UPKEEP_SECONDS),
  'requeue-stuck': upkeep((deps) => requeueStuck(deps, { dryRun: false }), UPKEEP_SECONDS),
  'collect-garbage': upkeep((deps) => collectGarbage(deps, { dryRun: false }), 3_600),
  'delete-over': upkeep((deps) => deleteOver(deps, { dryRun: false }), 600),
})

// A run that fails waits for the next interval.
const upkeep = (run: (deps: WorkerDeps) => Promise<unknown>, everySeconds: number) =>
  ({ run, concurrency: 1, attempts: 1, backoffMs: 1_000, everyMs: everySeconds * 1000 }) as const

/** Starts working every job until the queue closes. */
export async function workJobs(deps: WorkerDeps): Promise<void> {
  const jobs = jobsOf(deps.config)
  // One after the other, so that they share connections as they start.
  for (const [name, { run, ...policy }] of Object.entries(jobs)) {
    // The payload was typed where it was added: `enqueue` knows each name's.
    await deps.queue.work(name, policy, (payload) => run(deps, payload as never))
  }
}
