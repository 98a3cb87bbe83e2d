import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Runs work whose duration would tell what it found, and answers, well or ill, no sooner than `ms`.
 * Longer than the work takes, so that only how busy the machine is remains to be seen.
 */
export async function atLeast<Result>(ms: number, work: () => Promise<Result>): Promise<Result> {
  const [result] = await Promise.allSettled([work(), sleep(ms)])
  if (result.status === 'rejected') throw result.reason
  return result.value
}
