import type { Logger } from './logger.js'

const quietMs = 10_000
const mostMessages = 50

/**
 * Logs errors of connections as warnings. What is away fails many times a second, on each of its connections: an
 * error with the same message is logged again after 10 s at the earliest, then with the number left out.
 * @param what is away: `database`, `queue`, `bus`
 */
export function openOutageLog(logger: Logger, what: string): (error: Error) => void {
  const told = new Map<string, { until: number; leftOut: number }>()
  return (error) => {
    const now = performance.now()
    const last = told.get(error.message)
    if (last && now < last.until) {
      last.leftOut += 1
      return
    }
    if (told.size >= mostMessages) told.clear()
    told.set(error.message, { until: now + quietMs, leftOut: 0 })
    logger.warn({ err: error, ...(last && last.leftOut > 0 && { leftOut: last.leftOut }) }, what)
  }
}
