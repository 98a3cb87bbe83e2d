import type { JobState } from '@likeness/contracts'
import type { Queue } from 'bullmq'
import { within } from './at-most.js'
import { type Batched, batched } from './batched.js'
import { closeQueue } from './close-queue.js'
import { carrierOf, gather, type KeyedJob } from './gathered.js'
import type { CauseOf, Payload, WorkedJob } from './job.js'
import type { Logger } from './logger.js'
import { openOutageLog } from './outage-log.js'
import { countJobs, type JobCounts, listJobs, type SeenJob } from './queue-looks.js'
import { workKind } from './work-kind.js'

/**
 * The kind of work of each job, by the job's name. A kind has a queue of its own, so none holds up another.
 * `priority`: within its kind, after the jobs without one. `gathers`: those added in one moment share a job of BullMQ, and
 * while they wait a second one of the same key may be added.
 */
export type Kinds = Readonly<
  Record<string, { readonly kind: string; readonly priority?: number; readonly gathers?: true }>
>

/**
 * Jobs over BullMQ on PostgreSQL or Redis, chosen by the URL's scheme. The queue is only a nudge: rows are
 * the truth, and upkeep adds a job again for a row that waits too long.
 */
export type JobQueue = {
  /**
   * Adds a job and resolves when the queue has it. While one of this name with the same `key` waits, is delayed or
   * runs, another is not added. Rejects when the queue does not answer within 2 s.
   */
  add(name: string, payload: Payload, key: string): Promise<void>
  /** Adds a job; if one with its key waits between two tries, ends its pause instead. Rejects as `add` does. */
  hurry(name: string, payload: Payload, key: string): Promise<void>
  /**
   * Works jobs by their names until `close`. With `cron` also keeps the schedule, even when the queue is emptied. The
   * schedule of the process that was started last counts.
   * @param places how many jobs of a kind run at once; a kind without a number has a place for each of its names
   */
  work(
    jobs: Readonly<Record<string, WorkedJob>>,
    places: Readonly<Record<string, number>>,
    causeOf: CauseOf,
  ): Promise<void>
  /** How many jobs of each kind are in each state. Rejects as `add` does. */
  count(): Promise<(JobCounts & { readonly kind: string; readonly jobs: string[] })[]>
  /** The first jobs of a kind in a state; none of a kind that has no jobs here. Rejects as `add` does. */
  list(kind: string, state: JobState, limit: number): Promise<SeenJob[]>
  /** Rejects when the queue does not answer. */
  check(): Promise<void>
  /** Waits for running jobs, then closes the connections, whether or not the queue answers; again and it is the same close. */
  close(): Promise<void>
}

const scheduleCheckMs = 5_000
const looksPerMinute = 12
const answerTimeoutMs = 2_000

// Under load, jobs are added together, which costs each of them a fraction.
const batches = { everyMs: 50, most: 100 }

// Workers decide on attempts and waits by their policy; finished jobs are dropped, since one kept under the
// same key would swallow the next.
const jobOptions = {
  attempts: 1_000,
  backoff: { type: 'policy' },
  removeOnComplete: true,
  removeOnFail: { count: 1_000 },
}

/**
 * @param url QUEUE_URL; `?prefix=` keeps deployments apart that share a server
 * @param service keeps the jobs of services apart that share a QUEUE_URL
 */
export async function openQueue(
  url: string,
  service: string,
  kinds: Kinds,
  logger: Logger,
): Promise<JobQueue> {
  const onError = openOutageLog(logger, 'queue')
  // Loading BullMQ takes a quarter of a start, which commands and the gateway are spared.
  const { connectPostgres, connectRedis } = await import('./queue-backends.js')
  const backend = await (/^rediss?:/.test(url) ? connectRedis : connectPostgres)(url, onError)
  const queues = new Map<string, { queue: Queue; add: Batched<NewJob> }>()
  const adding = new Set<Promise<unknown>>()
  const workers: ReturnType<typeof workKind>[] = []
  const running = new Set<Promise<unknown>>()
  const timers: NodeJS.Timeout[] = []
  let closing: Promise<void> | undefined

  function placeOf(name: string) {
    const place = kinds[name]
    if (!place) throw new Error(`No kind of work has the job ${name}`)
    return place
  }

  // One that is tried again is one by itself.
  const gathers = ({ name, delayMs }: NewJob) => placeOf(name).gathers === true && delayMs === 0

  function queueOf(kind: string) {
    const known = queues.get(kind)
    if (known) return known
    const queue = backend.queue(`${service}-${kind}`)
    queue.on('error', onError)
    const opened = {
      queue,
      add: batched((jobs: NewJob[]) => answered(addJobs(queue, jobs, gathers)), batches),
    }
    queues.set(kind, opened)
    return opened
  }

  const addLater = (job: KeyedJob, delayMs: number) => {
    const { kind, priority } = placeOf(job.name)
    return keep(adding, queueOf(kind).add({ ...job, priority, delayMs }))
  }
  const add: JobQueue['add'] = (name, payload, key) => addLater({ name, payload, key }, 0)

  /** Makes the schedules of the queue these: it lacks them when it was emptied, and has others after a change. */
  async function keepSchedules(kind: string, crons: ReadonlyMap<string, string>): Promise<void> {
    const { queue } = queueOf(kind)
    const found = new Map((await queue.getJobSchedulers()).map(({ key, pattern }) => [key, pattern]))
    for (const name of found.keys()) if (!crons.has(name)) await queue.removeJobScheduler(name)
    for (const [name, pattern] of crons) {
      if (found.get(name) === pattern) continue
      await queue.upsertJobScheduler(name, { pattern, tz: 'UTC' }, { name, data: {}, opts: jobOptions })
    }
  }

  /** Looks at how many schedules there are, and once a minute at each: a worker with other settings may still run. */
  function watchSchedules(kind: string, crons: ReadonlyMap<string, string>): void {
    let looks = 0
    const look = async () => {
      looks += 1
      const isComplete = (await queueOf(kind).queue.getJobSchedulersCount()) === crons.size
      if (!isComplete || looks % looksPerMinute === 0) await keepSchedules(kind, crons)
    }
    timers.push(setInterval(() => void look().catch(onError), scheduleCheckMs).unref())
  }

  return {
    add,

    async hurry(name, payload, key) {
      const { queue } = queueOf(placeOf(name).kind)
      const id = await answered(queue.getDeduplicationJobId(dedupeId(name, key)))
      const job = id === null ? undefined : await answered(queue.getJob(id))
      if (!job || !(await answered(job.isDelayed()))) return add(name, payload, key)
      // It may have begun just now.
      await answered(job.promote()).catch(onError)
    },

    async work(jobs, places, causeOf) {
      // One kind after the other, so that they share connections as they start.
      for (const kind of new Set(Object.keys(jobs).map((name) => placeOf(name).kind))) {
        const ofKind = Object.fromEntries(
          Object.entries(jobs).filter(([name]) => placeOf(name).kind === kind),
        )
        const worker = workKind(backend, {
          queue: `${service}-${kind}`,
          jobs: ofKind,
          places: places[kind] ?? Object.keys(ofKind).length,
          causeOf,
          running,
          addLater,
          logger,
          onError,
        })
        workers.push(worker)
        await worker.waitUntilReady()
        const scheduled = Object.entries(ofKind).flatMap(([name, { cron }]): [string, string][] =>
          cron === undefined ? [] : [[name, cron]],
        )
        if (scheduled.length === 0) continue
        const crons = new Map(scheduled.filter(([, cron]) => cron !== 'off'))
        await keepSchedules(kind, crons)
        watchSchedules(kind, crons)
      }
    },

    async count() {
      const counted: Awaited<ReturnType<JobQueue['count']>> = []
      // One after the other: a look takes no more connections than a job that is added.
      for (const kind of new Set(Object.values(kinds).map((place) => place.kind))) {
        const jobs = Object.keys(kinds).filter((name) => placeOf(name).kind === kind)
        counted.push({ kind, jobs, ...(await answered(countJobs(queueOf(kind).queue))) })
      }
      return counted
    },

    async list(kind, state, limit) {
      const isKnown = Object.values(kinds).some((place) => place.kind === kind)
      return isKnown ? answered(listJobs(queueOf(kind).queue, state, limit)) : []
    },

    async check() {
      await answered(backend.check())
    },

    close: () => (closing ??= closeAll()),
  }

  async function closeAll(): Promise<void> {
    for (const timer of timers) clearInterval(timer)
    const opened = [...queues.values()].map(({ queue }) => queue)
    await closeQueue({ workers, queues: opened, underWay: [running, adding], backend })
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

type NewJob = KeyedJob & { readonly priority: number | undefined; readonly delayMs: number }

/** Jobs of several names share a queue, and may share keys. */
const dedupeId = (name: string, key: string) => `${name} ${key}`

/**
 * Adds jobs of one moment. Those that share a job are added one by one: BullMQ makes temporary tables for several without a
 * key, which costs PostgreSQL as much as seven that are added by themselves.
 */
async function addJobs(queue: Queue, jobs: NewJob[], gathers: (job: NewJob) => boolean): Promise<void> {
  const alone: NewJob[] = []
  for (const added of gather(jobs, gathers)) {
    if ('alone' in added) {
      alone.push(added.alone)
      continue
    }
    const { name, data } = carrierOf(added)
    await queue.add(name, data, jobOptions)
  }
  const [first, ...more] = alone.map(keyed)
  if (first === undefined) return
  if (more.length === 0) await queue.add(first.name, first.data, first.opts)
  else await queue.addBulk([first, ...more])
}

const keyed = ({ name, payload, key, priority, delayMs }: NewJob) => ({
  name,
  data: payload,
  opts: {
    ...jobOptions,
    deduplication: { id: dedupeId(name, key) },
    ...(priority === undefined ? {} : { priority }),
    ...(delayMs === 0 ? {} : { delay: delayMs }),
  },
})

const answered = <Result>(work: Promise<Result>) =>
  within(answerTimeoutMs, work, 'The queue did not answer in time')

/** Keeps what is under way in a set until it ends. */
function keep<Result>(set: Set<Promise<unknown>>, work: Promise<Result>): Promise<Result> {
  set.add(work)
  void work.catch(() => undefined).finally(() => set.delete(work))
  return work
}
