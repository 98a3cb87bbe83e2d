import type { ServiceName } from '@likeness/contracts'
import { type CallService, NoAnswerError } from './call-service.js'

const restMs = 1_000

/**
 * Calls the other service; while it gives no answer, one call at a time asks again, a second after the last, and the
 * others fail at once. So jobs that need it leave their places to those that do not.
 */
export function probeWhileAway<To extends ServiceName>(call: CallService<To>): CallService<To> {
  let away = false
  let asking = false
  let restUntil = 0
  return async (endpoint, input, options) => {
    const probes = away
    if (probes) {
      if (asking || Date.now() < restUntil)
        throw new NoAnswerError('The other service gave no answer just now')
      asking = true
    }
    try {
      const answer = await call(endpoint, input, options)
      away = false
      return answer
    } catch (error) {
      away = error instanceof NoAnswerError
      restUntil = Date.now() + restMs
      throw error
    } finally {
      if (probes) asking = false
    }
  }
}
