import type { FastifyRequest } from 'fastify'
import { callerIfKnown } from './caller.js'
import { clientAddress } from './client-address.js'
import type { Problem } from './problem.js'

/** The meaning of a refusal for someone who watches the log, by the status of its answer. */
const kinds: Readonly<Record<number, string>> = {
  401: 'authentication-refused',
  403: 'authorization-refused',
  429: 'limit-reached',
}

/** Tokens expire every few minutes, and people mistype passwords; neither alone is worth a warning. */
const ordinary = new Set(['expired', 'invalid-credentials'])

/**
 * Writes one line for a request that was refused: a right that is missing, a token that does not count, a limit that
 * is reached (OWASP ASVS 5.0, 16.3). It names the person where one is known, and never holds what they sent.
 */
export function logRefusal(problem: Problem, request: FastifyRequest): void {
  const kind = kinds[problem.kind.status]
  const { reason } = problem.details
  // A request without any token is no attempt to get around anything.
  if (kind === undefined || (problem.code === 'unauthenticated' && reason === undefined)) return
  const level = ordinary.has(reason ?? problem.code) ? 'info' : 'warn'
  request.log[level](
    {
      security: kind,
      code: problem.code,
      ...(reason !== undefined && { reason }),
      userId: callerIfKnown(request)?.id,
      ip: clientAddress(request),
      method: request.method,
      route: request.routeOptions.url,
    },
    'refused',
  )
}
