import type { FastifyInstance, FastifyRequest } from 'fastify'
import { callerIfKnown } from './caller.js'
import { clientAddress } from './client-address.js'
import type { Problem } from './problem.js'

/**
 * Writes one line at `info` for every request once it is answered, under the request id of the answer. It has the
 * route and not the path, nothing of the query and no header, since those may hold secrets. Routes with a
 * `logLevel` above that, such as pictures and probes, have none.
 */
export function logRequests(server: FastifyInstance): void {
  server.addHook('onResponse', async (request, reply) => {
    request.log.info(
      {
        method: request.method,
        route: request.routeOptions.url,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
        userId: callerIfKnown(request)?.id,
        ip: clientAddress(request),
      },
      'request',
    )
  })
}

/** A client that went away while it sent is nobody's fault here, and reads no answer. */
const wentAway = ({ raw }: FastifyRequest) => raw.destroyed && !raw.complete

/**
 * Logs why a request failed: with its stack what is a fault of this service, in one line what is away. What was
 * shed on purpose, or given up by its client, shows in the line of the request alone.
 */
export function logFault(known: Problem, error: Error, request: FastifyRequest): void {
  const { status } = known.kind
  if (status < 500 || error === known) return
  if (wentAway(request)) request.log.info({ reason: error.message }, 'the client went away')
  else if (status === 503) request.log.warn({ code: known.code, reason: error.message }, 'unavailable')
  else request.log.error({ err: error }, known.code)
}
