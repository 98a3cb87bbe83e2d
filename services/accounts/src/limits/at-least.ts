import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Runs work whose duration would reveal what it found, and settles no sooner than `ms`. That is longer than the work
 * takes, so that only the load of the machine shows.
 */
export async function atLeast<Result>(ms: number, work: () => Promise<Result>): Promise<Result> {
  const [result] = await Promise.allSettled([work(), sleep(ms)])
  if (result.status === 'rejected') throw result.reason
  return result.value
}
