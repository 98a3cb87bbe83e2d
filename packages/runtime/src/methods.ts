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
  const routes = new Map<string, Route>()
  // Made when the first address is asked about: a router of them all takes as long as that of the server.
  let find: MethodsOf | undefined
  const methodsOf: MethodsOf = (url) => {
    find ??= routerOf([...routes.values()])
    return find(url)
  }
  server.addHook('onRoute', ({ method, url, config }) => {
    // A route for every path says nothing about any of them.
    if (/^\/?\*$/.test(url)) return
    for (const one of [method].flat() as HTTPMethod[]) {
      const key = `${one} ${url}`
      if (!routes.has(key)) routes.set(key, { method: one, url, config })
    }
    if (routes.has(`OPTIONS ${url}`)) return
    server.options(url, { logLevel: 'warn' }, (request, reply) =>
      reply
        .code(204)
        .header('allow', [...methodsOf(request.url).keys()].join(', '))
        .send(),
    )
  })
  return methodsOf
}

type Route = {
  readonly method: HTTPMethod
  readonly url: string
  readonly config: FastifyContextConfig | undefined
}

function routerOf(routes: readonly Route[]): MethodsOf {
  const router = findMyWay({ maxParamLength: Number.MAX_SAFE_INTEGER })
  for (const { method, url, config } of routes) router.on(method, url, () => undefined, config)
  const methods = [...new Set(routes.map(({ method }) => method))].sort()
  return (url) =>
    new Map(
      methods.flatMap((method) => {
        const route = router.find(method, url)
        return route ? [[method, route.store as FastifyContextConfig | undefined]] : []
      }),
    )
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
