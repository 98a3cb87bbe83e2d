import { prefixesOf, type ServiceName } from '@likeness/contracts'
import { endpoints } from '@likeness/contracts/endpoints'
import type { OpenApi } from '@likeness/contracts/openapi'
import { allowOrigins } from '@likeness/runtime/cross-origin'
import { letEarlyAnswersArrive } from '@likeness/runtime/early-answers'
import { newId } from '@likeness/runtime/ids'
import type { Logger } from '@likeness/runtime/logger'
import { collectMethods, notRouted } from '@likeness/runtime/methods'
import { Problem, problemsOf } from '@likeness/runtime/problem'
import { sendProblem } from '@likeness/runtime/send-problem'
import { hasSoundHost } from '@likeness/runtime/sound-host'
import { answerUnreadable, refuseTunnels } from '@likeness/runtime/unreadable'
import Fastify, { type FastifyBaseLogger, type FastifyError, type FastifyInstance } from 'fastify'
import findMyWay from 'find-my-way'
import { forward, serviceConnections } from './forward.js'
import { gatewayProblems } from './problems.js'
import { isPage, sendPage, serveWebApp } from './web-app.js'

export interface GatewayOptions {
  logger: Logger
  /** Base URL of each service. Without that of accounts there is no page either, since it is for their people. */
  services: { readonly accounts: string | undefined; readonly media: string }
  /** The one origin clients see. */
  publicUrl: string
  /** Origins whose pages may read the gateway's own answers, including problems; the services decide about theirs. */
  corsOrigins: readonly string[]
  /** Folder of the built web app. */
  webApp: string
}

const problem = problemsOf(gatewayProblems)
const names = Object.keys(endpoints) as ServiceName[]

/** The prefixes of each service, which takes every method. One stands for all 34: routes for each took a tenth of a start. */
const prefixes = findMyWay({ maxParamLength: Number.MAX_SAFE_INTEGER })
for (const name of names)
  for (const prefix of prefixesOf(endpoints[name]))
    for (const path of [prefix, `${prefix}/*`]) prefixes.on('GET', path, () => undefined, name)

/** The service that an address belongs to. It is read as the service's own router reads it. */
const ownerOf = (url: string) => prefixes.find('GET', url)?.store as ServiceName | undefined

/** The one origin: the services, the web app, and the description of the API. */
export async function openGateway(options: GatewayOptions): Promise<FastifyInstance> {
  const { logger, services, publicUrl, webApp } = options
  const present = names.filter((name) => services[name] !== undefined)
  const hasPage = services.accounts !== undefined
  const server = Fastify({
    loggerInstance: logger as FastifyBaseLogger,
    genReqId: newId,
    routerOptions: { maxParamLength: 2_000 },
    forceCloseConnections: true,
    http: { requireHostHeader: false },
    clientErrorHandler: answerUnreadable,
    frameworkErrors: (_error, request, reply) => {
      void sendProblem(problem('malformed-request'), request, reply)
    },
  })
  server.setErrorHandler((error: FastifyError, request, reply) => {
    const known = error instanceof Problem ? error : toProblem(error)
    if (known.code === 'internal-error') request.log.error({ err: error }, 'gateway')
    return sendProblem(known, request, reply)
  })
  refuseTunnels(server.server)
  const methodsOf = collectMethods(server)
  server.setNotFoundHandler((request, reply) =>
    hasPage && isPage(request) ? sendPage(reply) : sendProblem(notRouted(request, methodsOf), request, reply),
  )
  server.addHook('onRequest', async (request) => {
    if (!hasSoundHost(request.raw)) throw problem('malformed-request')
  })

  allowOrigins(server, options.corsOrigins, methodsOf)
  letEarlyAnswersArrive(server)
  const agent = serviceConnections()
  server.addHook('onClose', async () => agent.destroy())
  // Before anything reads the body, which is left to the service.
  server.addHook('onRequest', async (request, reply) => {
    const name = ownerOf(request.url)
    if (name === undefined) {
      if (request.is404 && !(hasPage && isPage(request))) throw notRouted(request, methodsOf)
      return
    }
    const upstream = services[name]
    if (hasDotSegment(request.url)) throw problem('not-found')
    if (upstream === undefined) throw problem('no-accounts')
    try {
      await forward(request.raw, reply.raw, upstream, agent, () => {
        reply.hijack()
      })
    } catch (error) {
      throw noAnswer(name, error)
    }
  })

  // Loaded and made when it is first asked for: it takes as long as the rest of the gateway.
  let openApi: Promise<OpenApi> | undefined
  server.get('/openapi.json', () => {
    openApi ??= import('./openapi.js').then(({ describeApi }) => describeApi(publicUrl, present))
    return openApi
  })
  server.get('/healthz', () => ({ status: 'ok' }))
  server.get('/readyz', async (_request, reply) => {
    const ready = await Promise.all(present.map((name) => isReady(services[name])))
    return reply
      .code(ready.every(Boolean) ? 200 : 503)
      .send(Object.fromEntries(present.map((name, i) => [name, ready[i]])))
  })
  await serveWebApp(server, webApp, { hasPage })
  return server
}

/**
 * The problem for what Fastify and its file server refuse: paths that cannot be decoded, or that leave the folder
 * served.
 */
function toProblem({ statusCode = 500 }: FastifyError): Problem {
  if (statusCode === 400) return problem('malformed-request')
  return problem(statusCode < 500 ? 'not-found' : 'internal-error')
}

/** `..` and `.` as whole segments: resolving them leads to another path than was routed here. */
const hasDotSegment = (url: string) => /^[^?]*\/(\.|%2e){1,2}(\/|%2f|\\|\?|$)/i.test(url)

function noAnswer(service: string, error: unknown): Problem {
  const refused = error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED'
  if (!refused) return problem('bad-gateway', { parameters: { service } })
  return problem('service-unavailable', { parameters: { service }, headers: { 'retry-after': '1' } })
}

async function isReady(url: string | undefined): Promise<boolean> {
  const answer = await fetch(`${url}/readyz`).catch(() => undefined)
  return answer?.ok === true
}
