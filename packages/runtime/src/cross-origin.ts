import type { FastifyContextConfig, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * `cookies`: pages of a listed origin may send and receive cookies. `anyone`: every page may read the
     * answer, which is public and the same for everyone.
     */
    crossOrigin?: 'cookies' | 'anyone'
    /** The methods of its path; on an OPTIONS route only. */
    methods?: Methods
  }
}
type Methods = Map<string, FastifyContextConfig | undefined>

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
const answerHeaders = [
  'Allow',
  'Content-Disposition',
  'ETag',
  'Idempotency-Replayed',
  'Link',
  'Location',
  'Preference-Applied',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'Upload-Limit',
  'WWW-Authenticate',
  'X-Request-Id',
].join(', ')

/** Two hours: Chromium keeps the answer to a preflight no longer. */
const preflightSeconds = '7200'

/**
 * Lets pages of the listed origins call the routes added after it (Fetch standard, CORS protocol), and pages
 * of any origin those marked `anyone`. An origin that is not listed gets no header about it, and its browser
 * keeps the answer from the page.
 * @param origins exact ones, as a browser sends them
 */
export function allowOrigins(server: FastifyInstance, origins: readonly string[]): void {
  answerOptions(server)
  server.addHook('onSend', async (request, reply) => {
    const { config } = request.routeOptions
    const asked = config.methods && request.headers['access-control-request-method']
    const mark = asked === undefined ? config.crossOrigin : config.methods?.get(asked)?.crossOrigin
    if (mark !== 'anyone' && origins.length > 0) varyByOrigin(reply)
    if (!allow(request, reply, origins, mark)) return
    if (asked !== undefined) {
      reply.headers({
        'access-control-allow-methods': String(reply.getHeader('allow')),
        'access-control-allow-headers': requestHeaders,
        'access-control-max-age': preflightSeconds,
      })
    } else if (mark !== 'anyone') reply.header('access-control-expose-headers', answerHeaders)
  })
}

/** Each path answers OPTIONS with its methods, before any guard: a preflight carries no credentials. */
function answerOptions(server: FastifyInstance): void {
  const paths = new Map<string, Methods>()
  server.addHook('onRoute', ({ url, method, config }) => {
    const own = [method].flat()
    if (own.includes('OPTIONS')) return
    const known = paths.get(url)
    const methods = known ?? new Map()
    for (const one of own) methods.set(one, config)
    if (known) return
    paths.set(url, methods)
    const options = { logLevel: 'warn', config: { methods } } as const
    server.options(url, options, (_request, reply) =>
      reply
        .code(204)
        .header('allow', [...methods.keys(), 'OPTIONS'].join(', '))
        .send(),
    )
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
