import type { JobQueue, Logger } from '@likeness/runtime'

/** Every job of this service: its name and what it carries. */
export type Jobs = {
  'send-mail': { mailId: string }
  'requeue-stuck': Record<string, never>
  'delete-over': Record<string, never>
  'retire-keys': Record<string, never>
}
export type JobName = keyof Jobs

/**
 * Adds the job of a mail once its row is committed. A queue that is away is logged, not reported to the
 * client: `requeue-stuck` finds the row and adds the job again.
 */
export type Enqueue = (name: 'send-mail', payload: Jobs['send-mail']) => Promise<void>

export const enqueueTo =
  (queue: JobQueue, logger: Logger): Enqueue =>
  async (name, payload) => {
    try {
      await queue.add(name, payload, payload.mailId)
    } catch (error) {
      logger.warn({ err: error, job: name, ...payload }, 'could not enqueue; upkeep will')
    }
  }
