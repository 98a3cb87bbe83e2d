import { bodyTypesOf, commonProblems } from '@likeness/contracts'
import type { OpenApi } from '@likeness/contracts/openapi'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify'
import type { z } from 'zod'
import { answerBefore } from './answer-before.js'
import { trustedHops } from './client-address.js'
import { endConnectionsOnClose } from './connections.js'
import { allowOrigins } from './cross-origin.js'
import { isDatabaseAway } from './database-errors.js'
import { letEarlyAnswersArrive } from './early-answers.js'
import { judgeRequests } from './judge-requests.js'
import type { Logger } from './logger.js'
import { collectMethods, notRouted } from './methods.js'
import { addProbes, type Checks } from './probes.js'
import { Problem, problemsOf } from './problem.js'
import { publishAnswers } from './publish-answers.js'
import type { Asked, ReadyAnswer } from './ready-answer.js'
import { logRefusal } from './refusals.js'
import { requestIdOf } from './request-id.js'
import { logFault, logRequests } from './request-log.js'
import { securityHeaders } from './security-headers.js'
import { sendProblem } from './send-problem.js'
import { hasSoundHost } from './sound-host.js'
import { answerUnreadable, refuseTunnels } from './unreadable.js'
import { jsonWriter } from './write-json.js'

export type { FastifyReply as Reply, FastifyRequest as Request } from 'fastify'

export type Server = FastifyInstance

const problem = problemsOf(commonProblems)

// The subject of a token has up to 255 characters, of up to 12 in an address.
const longestParameter = 255 * 12

/**
 * A server with the parts that every process shares: request ids, security headers, problem+json for every error,
 * OpenAPI at `/openapi.json`, and `/healthz` and `/readyz`.
 * @param options `openApi` makes what `/openapi.json` answers, once; `checks` see `addProbes`; `jsonLimit` in bytes;
 *   `isAway` tells errors of something that will be back, answered 503 like those of the database;
 *   `corsOrigins` are those whose pages may call it, see `allowOrigins`; `answerFirst` finds an answer that is
 *   ready before the framework sees a request; `noteRefusal` runs before a problem is answered.
 */
export async function createServer(options: {
  openApi?: () => OpenApi
  logger: Logger
  trustProxy: string | undefined
  checks: Checks
  jsonLimit: number
  corsOrigins: readonly string[]
  isAway?: (error: unknown) => boolean
  answerFirst?: (asked: Asked) => ReadyAnswer | undefined
  noteRefusal?: (problem: Problem, request: FastifyRequest) => Promise<void>
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
    routerOptions: { maxParamLength: longestParameter },
    forceCloseConnections: 'idle',
    // A request without Host is answered as every other fault is.
    http: { requireHostHeader: false },
    clientErrorHandler: answerUnreadable,
    frameworkErrors: (_error, request, reply) => {
      void sendProblem(problem('malformed-request'), request, reply as unknown as FastifyReply)
    },
  })

  server.setSerializerCompiler(({ schema }) => jsonWriter(schema as unknown as z.ZodType))
  acceptEmptyJson(server)
  server.setErrorHandler(async (error: FastifyError, request, reply) => {
    const known = error instanceof Problem ? error : toProblem(error, request, options)
    logFault(known, error, request)
    logRefusal(known, request)
    await options.noteRefusal?.(known, request)
    return sendProblem(known, request, reply)
  })
  refuseTunnels(server.server)
  const methodsOf = collectMethods(server)
  server.addHook('onRequest', (request, reply, done) => {
    if (request.routeOptions.config.ownHeaders !== true) reply.headers(securityHeaders)
    // A route whose answers may be stored says so itself.
    reply.header('x-request-id', request.id).header('cache-control', 'no-store')
    if (!hasSoundHost(request.raw)) throw problem('malformed-request')
    // Before anything looks at the body.
    if (request.is404) throw notRouted(request, methodsOf)
    done()
  })
  logRequests(server)

  judgeRequests(server)
  allowOrigins(server, options.corsOrigins, methodsOf)
  publishAnswers(server)
  letEarlyAnswersArrive(server)
  const isClosing = endConnectionsOnClose(server)
  const { answerFirst } = options
  if (answerFirst) answerBefore(server, (asked) => (isClosing() ? undefined : answerFirst(asked)))

  const { openApi } = options
  // Made when it is first asked for: it takes as long as the rest of the server.
  let document: OpenApi | undefined
  if (openApi) server.get('/openapi.json', { logLevel: 'warn' }, () => (document ??= openApi()))
  addProbes(server, options.checks)
  return server
}

/** Many clients declare JSON for every request, with or without a body, so an empty body is accepted. */
function acceptEmptyJson(server: Server): void {
  const parse = server.getDefaultJsonParser('error', 'error')
  server.removeContentTypeParser('application/json')
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body: string, done) => {
    if (body === '') done(null, undefined)
    else void parse(request, body, done)
  })
}

function toProblem(
  error: FastifyError,
  request: FastifyRequest,
  { isAway, jsonLimit }: { isAway?: (error: unknown) => boolean; jsonLimit: number },
): Problem {
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return problem('request-too-large', { parameters: { limit: jsonLimit } })
  if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    const { endpoint } = request.routeOptions.config
    return problem('unsupported-media-type', {
      parameters: { accepted: bodyTypesOf(endpoint ?? {}).join(', ') },
    })
  }
  if (isDatabaseAway(error) || isAway?.(error))
    return problem('overloaded', { headers: { 'retry-after': '2' } })
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    return problem('malformed-request')
  }
  return problem('internal-error')
}
