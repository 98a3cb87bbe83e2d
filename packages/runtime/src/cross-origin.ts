import { answerHeaders, refusalHeaders } from '@likeness/contracts'
import type { FastifyContextConfig, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { MethodsOf } from './methods.js'

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * `cookies`: pages of a listed origin may send and receive cookies. `anyone`: every page may read the
     * answer, which is public and the same for everyone.
     */
    crossOrigin?: 'cookies' | 'anyone'
  }
}

/** The request headers that pages of another origin may send, besides those that the Fetch standard always allows. */
const requestHeaders = [
  'Authorization',
  'Content-Type',
  'Idempotency-Key',
  'If-Match',
  'If-None-Match',
  'Last-Event-ID',
  'Prefer',
  'X-Request-Id',
].join(', ')

/** The answer headers that scripts of another origin may read. */
const exposedHeaders = [
  // No script may read `set-cookie`, whatever a server says.
  ...Object.keys(answerHeaders).filter((name) => name !== 'set-cookie'),
  ...new Set(Object.values(refusalHeaders).flatMap((headers) => Object.keys(headers))),
  'allow',
  'x-request-id',
].join(', ')

/** Two hours: Chromium keeps the answer to a preflight no longer. */
const preflightSeconds = '7200'

/**
 * Lets pages of the listed origins call the routes added after it (Fetch standard, CORS protocol), and pages
 * of any origin those marked `anyone`. An origin that is not listed gets no header about it, and its browser
 * keeps the answer from the page.
 * @param origins exact ones, as a browser sends them
 */
export function allowOrigins(
  server: FastifyInstance,
  origins: readonly string[],
  methodsOf: MethodsOf,
): void {
  const tellOrigin = (request: FastifyRequest, reply: FastifyReply): void => {
    const isPreflight = request.method === 'OPTIONS' && !request.is404
    const asked = isPreflight ? request.headers['access-control-request-method'] : undefined
    const { config } = request.routeOptions
    const { crossOrigin: mark } = (asked === undefined ? config : methodsOf(request.url).get(asked)) ?? {}
    if (mark !== 'anyone' && origins.length > 0) varyByOrigin(reply)
    if (!allow(request, reply, origins, mark)) return
    if (asked !== undefined) {
      reply.headers({
        'access-control-allow-methods': String(reply.getHeader('allow')),
        'access-control-allow-headers': requestHeaders,
        'access-control-max-age': preflightSeconds,
      })
    } else if (mark !== 'anyone') reply.header('access-control-expose-headers', exposedHeaders)
  }
  server.addHook('onSend', (request, reply, payload, done) => {
    tellOrigin(request, reply)
    done(null, payload)
  })
}

/** Names the origin that may read the answer. @returns whether there is one */
function allow(
  request: FastifyRequest,
  reply: FastifyReply,
  origins: readonly string[],
  mark: FastifyContextConfig['crossOrigin'],
): boolean {
  const { origin } = request.headers
  if (mark === 'anyone') {
    reply.header('access-control-allow-origin', '*')
    return true
  }
  if (origin === undefined || !origins.includes(origin)) return false
  reply.header('access-control-allow-origin', origin)
  if (mark === 'cookies') reply.header('access-control-allow-credentials', 'true')
  return true
}

function varyByOrigin(reply: FastifyReply): void {
  const others = reply.getHeader('vary')
  reply.header('vary', others === undefined ? 'origin' : `${String(others)}, origin`)
}
