import { METHODS } from 'node:http'
import { commonProblems } from '@likeness/contracts'
import type { FastifyContextConfig, FastifyInstance, FastifyRequest } from 'fastify'
import findMyWay, { type HTTPMethod } from 'find-my-way'
import { type Problem, problemsOf } from './problem.js'

const problem = problemsOf(commonProblems)

/** The methods of the routes that take an address, in order, with the configuration of each. */
export type MethodsOf = (url: string) => ReadonlyMap<string, FastifyContextConfig | undefined>

/**
 * Keeps the methods of every path, and answers OPTIONS with them, before any guard: a preflight carries no
 * credentials. Call it before the routes are registered.
 */
export function collectMethods(server: FastifyInstance): MethodsOf {
  const known = findMyWay({ maxParamLength: Number.MAX_SAFE_INTEGER })
  const methods = new Set<HTTPMethod>()
  const methodsOf: MethodsOf = (url) =>
    new Map(
      [...methods].sort().flatMap((method) => {
        const route = known.find(method, url)
        return route ? [[method, route.store as FastifyContextConfig | undefined]] : []
      }),
    )
  server.addHook('onRoute', ({ method, url, config }) => {
    // A route for every path says nothing about any of them.
    if (/^\/?\*$/.test(url)) return
    for (const one of [method].flat() as HTTPMethod[]) {
      if (known.hasRoute(one, url)) continue
      known.on(one, url, () => undefined, config)
      methods.add(one)
    }
    if (known.hasRoute('OPTIONS', url)) return
    server.options(url, { logLevel: 'warn' }, (request, reply) =>
      reply
        .code(204)
        .header('allow', [...methodsOf(request.url).keys()].join(', '))
        .send(),
    )
  })
  return methodsOf
}

/**
 * The answer to a request that no route takes: 405 with `Allow` where its path takes other methods (RFC 9110
 * §15.5.6), else 404.
 */
export function notRouted({ url }: FastifyRequest, methodsOf: MethodsOf): Problem {
  const allow = [...methodsOf(url).keys()].join(', ')
  return allow === ''
    ? problem('not-found')
    : problem('method-not-allowed', { parameters: { allow }, headers: { allow } })
}

/** Every method Node reads, of which Fastify routes eight by itself; a tunnel is no request of a resource. */
export function takeEveryMethod(server: FastifyInstance): void {
  for (const method of METHODS) {
    if (method !== 'CONNECT' && !server.supportedMethods.includes(method)) {
      server.addHttpMethod(method, { hasBody: true })
    }
  }
}
