import type { JobQueue, Logger } from '@likeness/runtime'

/** Every job of this service: its name and what it carries. */
export type Jobs = {
  'prepare-upload': { uploadId: string; userId: string }
  'publish-avatar': { uploadId: string; userId: string }
  'expire-uploads': Record<string, never>
  'requeue-stuck': Record<string, never>
  'collect-garbage': Record<string, never>
}
export type JobName = keyof Jobs

/**
 * Adds the job of an upload once its row is committed. A queue that is away is logged, not reported to the
 * client: `requeue-stuck` finds the row and adds the job again.
 */
export type Enqueue = (
  name: 'prepare-upload' | 'publish-avatar',
  payload: { uploadId: string; userId: string },
) => Promise<void>

export const enqueueTo =
  (queue: JobQueue, logger: Logger): Enqueue =>
  async (name, payload) => {
    try {
      await queue.add(name, payload, payload.uploadId)
    } catch (error) {
      logger.warn({ err: error, job: name, uploadId: payload.uploadId }, 'could not enqueue; upkeep will')
    }
  }
