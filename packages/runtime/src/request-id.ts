import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** An id from a trusted hop is kept when it cannot harm a log line. */
export function requestIdOf(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers['x-request-id']
  if (typeof given === 'string' && /^[\w.-]{8,64}$/.test(given)) return given
  // Not in order of time: Node draws the random numbers of these in advance, which costs a tenth.
  return randomUUID()
}
