import type { Queue } from 'bullmq'
import { atMost } from './at-most.js'
import type { LeavingWorker, QueueBackend } from './queue-backends.js'

/** How long a server that is away may delay each step of closing. */
const awayMs = 1_000

/**
 * Waits for the jobs under way, however long they take, then closes the connections. BullMQ waits for its server
 * when it closes; when that is away, this gives up: the lock of a job that was not reported runs out, and the
 * job is done again.
 * @param underWay handlers that have not ended, jobs being added
 */
export async function closeQueue(open: {
  readonly workers: readonly LeavingWorker[]
  readonly queues: readonly Queue[]
  readonly underWay: readonly ReadonlySet<Promise<unknown>>[]
  readonly backend: QueueBackend
}): Promise<void> {
  const { workers, queues, underWay, backend } = open
  // From here on no worker takes another job, except one that is on its way already.
  const idle = Promise.allSettled(workers.map((worker) => worker.close()))
  do {
    await Promise.allSettled(underWay.flatMap((some) => [...some]))
    await atMost(awayMs, idle)
  } while (underWay.some(({ size }) => size > 0))
  await Promise.all(workers.map((worker) => worker.leave()))
  await atMost(awayMs, Promise.allSettled(queues.map((queue) => queue.close())))
  await atMost(awayMs, backend.close())
}
