import { carriedJobs, carriedName, type KeyedJob } from './gathered.js'
import {
  type CauseOf,
  type JobPolicy,
  NotYet,
  type Payload,
  PermanentFailure,
  type WorkedJob,
} from './job.js'
import type { Logger } from './logger.js'
import type { LeavingWorker, QueueBackend } from './queue-backends.js'
import { openTurns } from './turns.js'

const aMinute = 60_000

/**
 * A worker renews the locks of its jobs every 4 s. The jobs of a killed worker are taken up by another 8 to 14 s
 * later, once the lock has run out and a check for stalled jobs has seen them active before. The job of a worker that
 * was only slow is done twice, which every job allows. Pictures do not kill workers, so a job may be taken up often;
 * after that, upkeep adds it again.
 */
const recovery = { lockDuration: 8_000, stalledInterval: 3_000, maxStalledCount: 10 }

/** How often a worker tries again while PostgreSQL refuses connections: BullMQ's own 15 s would be idle time. */
const askAgain = { runRetryDelay: 1_000 }

/** Left to a worker of a newer release, which knows the name. */
const unknown: WorkedJob = {
  attempts: Number.POSITIVE_INFINITY,
  backoffMs: 1_000,
  run: () => Promise.reject(new NotYet('this worker does not know the job')),
}

/**
 * Works the jobs of one queue. Of those that came gathered, one that fails is added again by itself.
 * @param options `places`: how many run at once; `running` holds the runs that have not ended
 */
export function workKind(
  backend: QueueBackend,
  options: {
    readonly queue: string
    readonly jobs: Readonly<Record<string, WorkedJob>>
    readonly places: number
    readonly causeOf: CauseOf
    readonly running: Set<Promise<unknown>>
    readonly addLater: (job: KeyedJob, delayMs: number) => Promise<void>
    readonly logger: Logger
    readonly onError: (error: Error) => void
  },
): LeavingWorker {
  const { jobs, running, logger } = options
  const jobOf = (name = '') => jobs[carriedName(name)] ?? unknown
  const inTurn = openTurns({ atOnce: options.places })

  async function run(name: string, payload: Payload, number: number): Promise<void> {
    const job = jobOf(name)
    const last = number >= job.attempts
    try {
      await inTurn(() => job.run(payload, { number, last }))
    } catch (error) {
      const Fault = last || error instanceof PermanentFailure ? PermanentFailure : Error
      throw new Fault(options.causeOf(error), { cause: error })
    }
  }

  async function runGathered(job: KeyedJob): Promise<void> {
    try {
      await run(job.name, job.payload, 1)
    } catch (error) {
      logFailure({ job: job.name, payload: job.payload, attempt: 1 }, error as Error)
      await options.addLater(job, waitMs(jobOf(job.name), 1))
    }
  }

  const worker = backend.worker(
    options.queue,
    async ({ name, data, attemptsMade }) => {
      const carried = carriedJobs(name, data)
      const work = carried ? allEnded(carried.map(runGathered)) : run(name, data as Payload, attemptsMade + 1)
      running.add(work)
      await work.finally(() => running.delete(work))
    },
    {
      ...recovery,
      ...askAgain,
      concurrency: options.places,
      settings: {
        backoffStrategy: (attemptsMade, _type, _error, job) => waitMs(jobOf(job?.name), attemptsMade),
      },
    },
  )
  worker.on('error', options.onError)
  worker.on('failed', (job, error) =>
    logFailure({ job: job?.name, payload: job?.data as unknown, attempt: job?.attemptsMade }, error),
  )

  function logFailure(about: object, fault: Error): void {
    // BullMQ's own have no cause.
    const error = fault.cause ?? fault
    if (error instanceof NotYet) {
      const level = fault instanceof PermanentFailure ? 'warn' : 'info'
      logger[level]({ ...about, reason: error.message }, 'job waits')
    } else logger.warn({ ...about, err: error }, 'job failed')
  }
  return worker
}

/** A whole number of milliseconds: PostgreSQL keeps the time as an integer. */
function waitMs({ backoffMs, longestBackoffMs = aMinute }: JobPolicy, attemptsMade: number): number {
  const wait = Math.min(backoffMs * 2 ** (attemptsMade - 1), longestBackoffMs)
  return Math.round(wait * (0.75 + Math.random() / 2))
}

/** Waits for all, then throws the first fault. */
async function allEnded(work: Promise<void>[]): Promise<void> {
  await Promise.allSettled(work)
  await Promise.all(work)
}
