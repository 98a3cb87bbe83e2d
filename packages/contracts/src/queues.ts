import { z } from 'zod'
import { Time } from './common.js'

/** The kinds of work. Each has a queue of its own, so none holds up another. */
export const QueueKind = z
  .enum(['pictures', 'previews', 'slow-pictures', 'light', 'webhooks', 'imports', 'mail', 'upkeep'])
  .meta({ id: 'QueueKind' })
export type QueueKind = z.output<typeof QueueKind>

/** The states of a job; one that is done leaves its queue. */
export const JobState = z.enum(['active', 'waiting', 'delayed', 'failed']).meta({ id: 'JobState' })
export type JobState = z.output<typeof JobState>

/** The jobs of one kind. */
const Queue = z
  .object({
    kind: QueueKind,
    jobs: z.array(z.string()).describe('the names of its jobs'),
    counts: z.record(JobState, z.int()).describe('those added in one moment may count as one'),
    waitingSince: Time.nullable().describe('when the job whose turn is next was added; null when none waits'),
  })
  .meta({ id: 'Queue' })

export const Queues = z.object({ items: z.array(Queue) }).meta({ id: 'Queues' })
export type Queues = z.output<typeof Queues>

export const QueueParams = z.object({ kind: QueueKind })

/** `GET /v1/queues/:kind` */
export const QueueQuery = z.object({
  state: JobState.default('waiting'),
  limit: z.coerce.number<number>().int().min(1).max(100).default(20),
})

const QueuedJob = z
  .object({
    id: z.string(),
    name: z.string(),
    payload: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
      .describe('ids of what it is about; it carries nothing else'),
    attempts: z.int().describe('how often it failed or had to wait'),
    addedAt: Time,
    startedAt: Time.nullable().describe('when its latest attempt began'),
    nextAt: Time.nullable().describe('when a delayed one is tried'),
    cause: z
      .string()
      .nullable()
      .describe('a word for why its latest attempt failed or what it waits for; the log says more'),
  })
  .meta({ id: 'QueuedJob' })
export type QueuedJob = z.output<typeof QueuedJob>

export const QueuedJobs = z.object({ items: z.array(QueuedJob) }).meta({ id: 'QueuedJobs' })
export type QueuedJobs = z.output<typeof QueuedJobs>
