import type { JobsOptions, Queue, Worker } from 'bullmq'
import { within } from './at-most.js'
import { batched } from './batched.js'
import { closeQueue } from './close-queue.js'
import type { Logger } from './logger.js'
import { openOutageLog } from './outage-log.js'

/** The data of a job: ids only, never state. */
export type Payload = Readonly<Record<string, string | number | boolean>>

/** How jobs of one name are worked. Times in milliseconds. */
export type JobPolicy = {
  readonly concurrency: number
  readonly attempts: number
  /** First wait between attempts; doubles, with jitter, up to `longestBackoffMs` (a minute). */
  readonly backoffMs: number
  readonly longestBackoffMs?: number
  /** For upkeep: run once per interval across all workers. */
  readonly everyMs?: number
}

/** Runs a job; throw to have it tried again, throw PermanentFailure to end it. `last`: no attempt follows. */
type JobHandler = (
  payload: Payload,
  attempt: { readonly number: number; readonly last: boolean },
) => Promise<unknown>

/**
 * Thrown by a handler that waits for something. The job is tried again, with one line in the log: at `info`, or at
 * `warn` after the last attempt.
 */
export class NotYet extends Error {
  override name = 'NotYet'
}

/** Thrown by a handler whose job will never succeed. */
export class PermanentFailure extends Error {
  // BullMQ recognises the error by this name.
  override name = 'UnrecoverableError'
}

/**
 * Jobs over BullMQ on PostgreSQL or Redis, chosen by the URL's scheme. The queue is only a nudge: rows are
 * the truth, and upkeep adds a job again for a row that waits too long.
 */
export type JobQueue = {
  /**
   * Adds a job and resolves when the queue has it. While one with the same `key` waits, is delayed or runs,
   * another is not added. Rejects when the queue does not answer within 2 s.
   */
  add(name: string, payload: Payload, key: string): Promise<void>
  /** Works jobs of this name until `close`. With `everyMs` also keeps the schedule, even when the queue is emptied. */
  work(name: string, policy: JobPolicy, handler: JobHandler): Promise<void>
  /** Rejects when the queue does not answer. */
  check(): Promise<void>
  /** Waits for running jobs, then closes the connections, whether or not the queue answers; again and it is the same close. */
  close(): Promise<void>
}

const scheduleCheckMs = 5_000
const answerTimeoutMs = 2_000
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

// Under load, jobs are added together, which costs each of them a fraction.
const batches = { everyMs: 50, most: 100 }

// Workers decide on attempts and waits by their policy; finished jobs are dropped, since one kept under the
// same key would swallow the next.
const jobOptions: JobsOptions = {
  attempts: 1_000,
  backoff: { type: 'policy' },
  removeOnComplete: true,
  removeOnFail: { count: 1_000 },
}

/**
 * @param url QUEUE_URL; `?prefix=` keeps deployments apart that share a server
 * @param service keeps the jobs of services apart that share a QUEUE_URL
 */
export async function openQueue(url: string, service: string, logger: Logger): Promise<JobQueue> {
  const onError = openOutageLog(logger, 'queue')
  // Loading BullMQ takes a quarter of a start, which commands and the gateway are spared.
  const { connectPostgres, connectRedis } = await import('./queue-backends.js')
  const backend = await (/^rediss?:/.test(url) ? connectRedis : connectPostgres)(url, onError)
  const queues = new Map<string, Queue>()
  const adders = new Map<string, (job: NewJob) => Promise<void>>()
  const adding = new Set<Promise<unknown>>()
  const workers: Worker[] = []
  const running = new Set<Promise<unknown>>()
  const timers: NodeJS.Timeout[] = []
  let closing: Promise<void> | undefined

  function queueOf(name: string): Queue {
    const known = queues.get(name)
    if (known) return known
    const queue = backend.queue(`${service}-${name}`)
    queue.on('error', onError)
    queues.set(name, queue)
    return queue
  }

  async function keepSchedule(name: string, every: number): Promise<void> {
    const queue = queueOf(name)
    if (await queue.getJobScheduler(name)) return
    await queue.upsertJobScheduler(name, { every }, { name, data: {}, opts: jobOptions })
  }

  return {
    add(name, payload, key) {
      const adder =
        adders.get(name) ?? batched((jobs: NewJob[]) => answered(addJobs(queueOf(name), name, jobs)), batches)
      adders.set(name, adder)
      const added = adder({ payload, key })
      return keep(adding, added)
    },

    async work(name, policy, handler) {
      const worker = backend.worker(
        `${service}-${name}`,
        async (job) => {
          const number = job.attemptsMade + 1
          const last = number >= policy.attempts
          try {
            await keep(running, handler(job.data as Payload, { number, last }))
          } catch (error) {
            if (!last || error instanceof PermanentFailure) throw error
            const fault = new PermanentFailure(error instanceof Error ? error.message : String(error))
            throw Object.assign(fault, { cause: error })
          }
        },
        {
          ...recovery,
          ...askAgain,
          concurrency: policy.concurrency,
          settings: {
            // A whole number: PostgreSQL keeps the time as an integer.
            backoffStrategy: (attemptsMade) =>
              Math.round(
                Math.min(policy.backoffMs * 2 ** (attemptsMade - 1), policy.longestBackoffMs ?? aMinute) *
                  (0.75 + Math.random() / 2),
              ),
          },
        },
      )
      worker.on('error', onError)
      worker.on('failed', (job, error) => {
        const about = { job: name, payload: job?.data as unknown, attempt: job?.attemptsMade }
        const [waits, reason] = [[error, error.cause].some((one) => one instanceof NotYet), error.message]
        if (waits) logger[error instanceof NotYet ? 'info' : 'warn']({ ...about, reason }, 'job waits')
        else logger.warn({ ...about, err: error }, 'job failed')
      })
      workers.push(worker)
      await worker.waitUntilReady()
      const every = policy.everyMs
      if (every === undefined) return
      await keepSchedule(name, every)
      timers.push(setInterval(() => void keepSchedule(name, every).catch(onError), scheduleCheckMs).unref())
    },

    async check() {
      await answered(backend.check())
    },

    close: () => (closing ??= closeAll()),
  }

  async function closeAll(): Promise<void> {
    for (const timer of timers) clearInterval(timer)
    await closeQueue({ workers, queues: [...queues.values()], underWay: [running, adding], backend })
  }
}

/**
 * Brings the queue's tables in a database up to date. Each process that opens the queue does so by itself.
 * @param url `postgres://…`
 */
export async function migrateQueue(url: string): Promise<void> {
  const { connectPostgres } = await import('./queue-backends.js')
  const backend = await connectPostgres(url, () => undefined)
  await backend.close()
}

type NewJob = { readonly payload: Payload; readonly key: string }

async function addJobs(queue: Queue, name: string, jobs: NewJob[]): Promise<void> {
  const [first, ...more] = jobs.map(({ payload, key }) => ({
    name,
    data: payload,
    opts: { ...jobOptions, deduplication: { id: key } },
  }))
  if (first === undefined) return
  if (more.length === 0) await queue.add(first.name, first.data, first.opts)
  else await queue.addBulk([first, ...more])
}

const answered = <Result>(work: Promise<Result>) =>
  within(answerTimeoutMs, work, 'The queue did not answer in time')

/** Keeps what is under way in a set until it ends. */
function keep<Result>(set: Set<Promise<unknown>>, work: Promise<Result>): Promise<Result> {
  set.add(work)
  void work.catch(() => undefined).finally(() => set.delete(work))
  return work
}
