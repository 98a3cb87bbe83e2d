import type { JobState } from '@likeness/contracts'
import type { Job, JobType, Queue } from 'bullmq'
import { carriedJobs, carriedName } from './gathered.js'
import type { Payload } from './job.js'

/** The jobs of a kind by their state, and when the one whose turn is next was added, in ms since 1970. */
export type JobCounts = {
  readonly counts: Readonly<Record<JobState, number>>
  readonly waitingSince: number | null
}

/** A job as it is in its queue. Times in ms since 1970. */
export type SeenJob = {
  readonly id: string
  readonly name: string
  readonly payload: Payload
  readonly attempts: number
  readonly addedAt: number
  readonly startedAt: number | null
  readonly nextAt: number | null
  readonly cause: string | null
}

/** BullMQ's own states, in the order in which their jobs take turns: those with a priority come after the others. */
const states: Readonly<Record<JobState, readonly JobType[]>> = {
  active: ['active'],
  waiting: ['waiting', 'prioritized'],
  delayed: ['delayed'],
  failed: ['failed'],
}

export async function countJobs(queue: Queue): Promise<JobCounts> {
  const found = await queue.getJobCounts(...Object.values(states).flat())
  const sum = (state: JobState) => states[state].reduce((all, type) => all + (found[type] ?? 0), 0)
  const [next] = sum('waiting') > 0 ? await listJobs(queue, 'waiting', 1) : []
  return {
    counts: {
      active: sum('active'),
      waiting: sum('waiting'),
      delayed: sum('delayed'),
      failed: sum('failed'),
    },
    waitingSince: next?.addedAt ?? null,
  }
}

/** The first jobs in a state: those whose turn is next, or that failed last. */
export async function listJobs(queue: Queue, state: JobState, limit: number): Promise<SeenJob[]> {
  const jobs: Job[] = []
  for (const type of states[state]) {
    if (jobs.length === limit) break
    jobs.push(...(await firstOf(queue, type, limit - jobs.length)))
  }
  return jobs.flatMap((job) => viewJobs(job, state)).slice(0, limit)
}

async function firstOf(queue: Queue, type: JobType, limit: number): Promise<Job[]> {
  if (type !== 'waiting' && type !== 'active') return queue.getJobs([type], 0, limit - 1, type !== 'failed')
  // Asked for the oldest of these first, BullMQ takes the newest on PostgreSQL and turns them round: so they are taken
  // from the old end of the newest first, which both backends do alike.
  const count = await queue.getJobCountByTypes(type)
  if (count === 0) return []
  return (await queue.getJobs([type], Math.max(count - limit, 0), count - 1, false)).reverse()
}

/** Workers leave a word; BullMQ, which gives up a job whose workers died, a sentence. */
const causeOf = (reason: string) => (/^[a-z-]+$/.test(reason) ? reason : 'stalled')

/** A job, or those that it carries. */
function viewJobs(job: Job, state: JobState): SeenJob[] {
  // A job that is in a queue has an id.
  const id = job.id ?? ''
  const shared = {
    name: carriedName(job.name),
    attempts: job.attemptsMade,
    addedAt: job.timestamp,
    startedAt: job.processedOn ?? null,
    nextAt: state === 'delayed' ? (job.processedOn ?? job.timestamp) + job.delay : null,
    cause: job.failedReason ? causeOf(job.failedReason) : null,
  }
  const carried = carriedJobs(job.name, job.data)
  if (!carried) return [{ ...shared, id, payload: job.data as Payload }]
  return carried.map(({ payload }, place) => ({ ...shared, id: `${id}-${place}`, payload }))
}
