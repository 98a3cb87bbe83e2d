import type { JobQueue, Logger } from '@likeness/runtime'

/** Every job of this service: its name and what it carries. */
export type Jobs = {
  'prepare-upload': { uploadId: string; userId: string }
  'publish-avatar': { uploadId: string; userId: string }
  'erase-user': { userId: string }
  'tell-withdrawal': { userId: string; version: number }
  'expire-uploads': Record<string, never>
  'requeue-stuck': Record<string, never>
  'collect-garbage': Record<string, never>
}
export type JobName = keyof Jobs

/**
 * Adds a job once its row is committed. A queue that is away is logged, not reported to the client:
 * `requeue-stuck` finds the row and adds the job again.
 */
export type Enqueue = <Name extends 'prepare-upload' | 'publish-avatar' | 'tell-withdrawal' | 'erase-user'>(
  name: Name,
  payload: Jobs[Name],
) => Promise<void>

export const enqueueTo =
  (queue: JobQueue, logger: Logger): Enqueue =>
  async (name, payload) => {
    const key = 'uploadId' in payload ? payload.uploadId : Object.values(payload).join('-')
    try {
      await queue.add(name, payload, key)
    } catch (error) {
      logger.warn({ err: error, job: name, key }, 'could not enqueue; upkeep will')
    }
  }
