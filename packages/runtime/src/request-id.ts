import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** The id that a request brought, or a new one. */
export const requestIdOf = (request: Pick<IncomingMessage, 'headers'>): string =>
  // Not in order of time: Node draws the random numbers of these in advance, which costs a tenth.
  givenRequestId(request) ?? randomUUID()

/** The id from a trusted hop, kept when it cannot harm a log line. */
export function givenRequestId({ headers }: Pick<IncomingMessage, 'headers'>): string | undefined {
  const given = headers['x-request-id']
  return typeof given === 'string' && /^[\w.-]{8,64}$/.test(given) ? given : undefined
}
