import type { QueueKind } from '@likeness/contracts'
import type { queues } from '@likeness/contracts/endpoints'
import type { Problem, ProblemDetails } from './problem.js'
import type { JobQueue } from './queue.js'
import type { Handler } from './serve.js'

const time = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString())

/** The handlers of a service's queues, which administrators look at. */
export function queueHandlers(
  { queue }: { readonly queue: JobQueue },
  problem: (code: 'overloaded', details?: ProblemDetails) => Problem,
): { readonly list: Handler<typeof queues.list>; readonly read: Handler<typeof queues.read> } {
  const away = () => {
    throw problem('overloaded', { headers: { 'retry-after': '5' }, reason: 'the queue does not answer' })
  }
  return {
    list: async () => {
      const items = await queue.count().catch(away)
      return {
        items: items.map(({ waitingSince, kind, ...one }) => ({
          ...one,
          kind: kind as QueueKind,
          waitingSince: time(waitingSince),
        })),
      }
    },
    read: async (request) => {
      const { state, limit } = request.query
      const jobs = await queue.list(request.params.kind, state, limit).catch(away)
      return {
        items: jobs.map((job) => ({
          ...job,
          addedAt: new Date(job.addedAt).toISOString(),
          startedAt: time(job.startedAt),
          nextAt: time(job.nextAt),
        })),
      }
    },
  }
}
