import { randomUUID } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import helmet from '@fastify/helmet'
import { commonProblems } from '@likeness/contracts'
import type { OpenApi } from '@likeness/contracts/openapi'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify'
import { z } from 'zod'
import { within } from './at-most.js'
import { trustedHops } from './client-address.js'
import { allowOrigins } from './cross-origin.js'
import { isDatabaseAway } from './database.js'
import { letEarlyAnswersArrive } from './early-answers.js'
import { judgeRequests } from './judge-requests.js'
import type { Logger } from './logger.js'
import { openNotRouted } from './other-methods.js'
import { languageOf, Problem, problemsOf } from './problem.js'
import { logRefusal } from './refusals.js'
import { logFault, logRequests } from './request-log.js'
import { hasSoundHost } from './sound-host.js'
import { answerUnreadable, refuseTunnels } from './unreadable.js'

export type { FastifyReply as Reply, FastifyRequest as Request } from 'fastify'

export type Server = FastifyInstance

const problem = problemsOf(commonProblems)

/**
 * A server with what every process shares: request ids, security headers, problem+json for every error,
 * OpenAPI at `/openapi.json`, and `/healthz` and `/readyz`.
 * @param options `openApi` is what `/openapi.json` answers; `checks` are awaited by `/readyz`, by name, each for at most 2 s; `jsonLimit` in bytes;
 *   `isAway` tells errors of something that will be back, answered 503 like those of the database;
 *   `corsOrigins` are those whose pages may call it, see `allowOrigins`; `answerFirst` may answer a request before the framework sees it, and then returns true.
 */
export async function createServer(options: {
  openApi: OpenApi
  logger: Logger
  trustProxy: string | undefined
  checks: Readonly<Record<string, () => Promise<unknown>>>
  jsonLimit: number
  corsOrigins: readonly string[]
  isAway?: (error: unknown) => boolean
  answerFirst?: (request: IncomingMessage, response: ServerResponse) => boolean
}): Promise<Server> {
  const server = Fastify({
    loggerInstance: options.logger as FastifyBaseLogger,
    trustProxy: trustedHops(options.trustProxy),
    bodyLimit: options.jsonLimit,
    genReqId: requestIdOf,
    // In place of its two lines for each, see `logRequests`.
    logController: new LogController({ disableRequestLogging: true }),
    // With its body: 10 MiB over 300 kbit/s. Headers alone have a minute, which is Node's default.
    requestTimeout: 300_000,
    routerOptions: { maxParamLength: 300 },
    forceCloseConnections: 'idle',
    // A request without Host is answered as every other fault is.
    http: { requireHostHeader: false },
    clientErrorHandler: answerUnreadable,
    frameworkErrors: (_error, request, reply) => {
      void sendProblem(problem('malformed-request'), request, reply as unknown as FastifyReply)
    },
  })

  server.setSerializerCompiler(({ schema }) => writeJson(schema as unknown as z.ZodType))
  acceptEmptyJson(server)
  server.setErrorHandler((error: FastifyError, request, reply) => {
    const known = error instanceof Problem ? error : toProblem(error, request, options)
    logFault(known, error, request)
    logRefusal(known, request)
    return sendProblem(known, request, reply)
  })
  refuseTunnels(server.server)
  const notRouted = openNotRouted(server)
  server.addHook('onRequest', async (request, reply) => {
    // What may be stored, its route says.
    reply.headers({ 'x-request-id': request.id, 'cache-control': 'no-store' })
    if (!hasSoundHost(request.raw)) throw problem('malformed-request')
    // Before anything looks at the body.
    if (request.is404) throw notRouted(request)
  })
  logRequests(server)

  judgeRequests(server)
  allowOrigins(server, options.corsOrigins)
  letEarlyAnswersArrive(server)
  const isClosing = endConnectionsOnClose(server)
  const { answerFirst } = options
  if (answerFirst) {
    putBefore(
      server,
      (request, response) => !isClosing() && hasSoundHost(request) && answerFirst(request, response),
    )
  }

  await server.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] },
    },
    crossOriginResourcePolicy: { policy: 'cross-origin' },
  })
  server.get('/openapi.json', { logLevel: 'warn' }, () => options.openApi)
  server.get('/healthz', { logLevel: 'warn' }, () => ({ status: 'ok' }))
  server.get('/readyz', { logLevel: 'warn' }, async (_request, reply) => {
    const checks = await runChecks(options.checks)
    const ready = Object.values(checks).every((result) => result === 'ok')
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ok' : 'unavailable', checks })
  })
  return server
}

/**
 * Closing waits for connections, and Node ends at once only those that idle between two requests. So an answer
 * given meanwhile is the last of its connection, and connections opened ahead of a first request are ended.
 */
function endConnectionsOnClose(server: Server): () => boolean {
  let closing = false
  const unused = new Set<Socket>()
  server.server.on('connection', (socket: Socket) => {
    unused.add(socket)
    socket.once('close', () => unused.delete(socket))
  })
  server.server.on('request', ({ socket }) => unused.delete(socket))
  server.addHook('preClose', async () => {
    closing = true
    for (const socket of unused) socket.destroy()
  })
  server.addHook('onSend', (_request, reply, payload, done) => {
    if (closing) reply.header('connection', 'close')
    done(null, payload)
  })
  return () => closing
}

/** Whatever the listener does not answer is for the framework, whose own is the first of the server's. */
function putBefore(
  { server }: Server,
  answer: (request: IncomingMessage, response: ServerResponse) => boolean,
): void {
  const [handle] = server.listeners('request') as [RequestListener]
  server.off('request', handle)
  server.on('request', (request, response) => {
    if (!answer(request, response)) handle(request, response)
  })
}

/** Writes a body by its schema: fields that the schema does not have are left out. */
const writeJson = (schema: z.ZodType) => (body: unknown) => JSON.stringify(z.encode(schema, body))

/** Many clients name JSON for every request, with or without a body: no body is no fault of form. */
function acceptEmptyJson(server: Server): void {
  const parse = server.getDefaultJsonParser('error', 'error')
  server.removeContentTypeParser('application/json')
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body: string, done) => {
    if (body === '') done(null, undefined)
    else void parse(request, body, done)
  })
}

/** Options of a hot route whose answers bring security headers of their own: those of every other are not added. */
export const ownHeaders = { helmet: false } as const

/** Also on the routes that bring their own headers for what they serve. */
const problemHeaders = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
} as const

/** Renders a problem in the reader's language; never cached. */
export function sendProblem(problem: Problem, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const language = languageOf(request.headers['accept-language'])
  const body = problem.body(language, { path: request.url.split('?', 1)[0] ?? '', id: request.id })
  return reply
    .code(problem.kind.status)
    .headers({
      ...problemHeaders,
      'content-language': language,
      'cache-control': 'no-store',
      vary: 'accept-language',
      ...problem.extras.headers,
    })
    .type('application/problem+json')
    .serializer(JSON.stringify)
    .send(body)
}

function toProblem(
  error: FastifyError,
  request: FastifyRequest,
  { isAway, jsonLimit }: { isAway?: (error: unknown) => boolean; jsonLimit: number },
): Problem {
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') return problem('request-too-large', { limit: jsonLimit })
  if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    const { endpoint } = request.routeOptions.config
    const patch = endpoint?.isPatch ? 'application/merge-patch+json, ' : ''
    return problem('unsupported-media-type', { accepted: `${patch}application/json` })
  }
  if (isDatabaseAway(error) || isAway?.(error))
    return problem('overloaded', {}, { headers: { 'retry-after': '2' } })
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    return problem('malformed-request')
  }
  return problem('internal-error')
}

/** An id from a trusted hop is kept when it cannot harm a log line. */
export function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id']
  if (typeof given === 'string' && /^[\w.-]{8,64}$/.test(given)) return given
  // Not in order of time: Node draws the random numbers of these in advance, which costs a tenth.
  return randomUUID()
}

async function runChecks(checks: Readonly<Record<string, () => Promise<unknown>>>) {
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => {
      const result = check().then(
        () => 'ok',
        () => 'unavailable',
      )
      return [name, await within(2_000, result, 'late').catch(() => 'timeout')] as const
    }),
  )
  return Object.fromEntries(results)
}
