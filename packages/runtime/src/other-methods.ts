import { METHODS } from 'node:http'
import { commonProblems } from '@likeness/contracts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import findMyWay, { type HTTPMethod } from 'find-my-way'
import { type Problem, problemsOf } from './problem.js'

const problem = problemsOf(commonProblems)

/**
 * The answer to a request that no route takes: 405 with `Allow` where its path takes other methods (RFC 9110
 * §15.5.6), else 404. Call it before the routes are registered.
 */
export function openNotRouted(server: FastifyInstance): (request: FastifyRequest) => Problem {
  const known = findMyWay({ maxParamLength: Number.MAX_SAFE_INTEGER })
  const methods = new Set<HTTPMethod>()
  server.addHook('onRoute', ({ method, url }) => {
    // A route for every path says nothing about any of them.
    if (/^\/?\*$/.test(url)) return
    for (const one of [method].flat() as HTTPMethod[]) {
      if (known.hasRoute(one, url)) continue
      known.on(one, url, () => undefined)
      methods.add(one)
    }
  })
  return ({ url }) => {
    const allow = [...methods]
      .filter((method) => known.find(method, url))
      .sort()
      .join(', ')
    return allow === ''
      ? problem('not-found')
      : problem('method-not-allowed', { allow }, { headers: { allow } })
  }
}

/** Every method Node reads, of which Fastify routes eight by itself; a tunnel is no request of a resource. */
export function takeEveryMethod(server: FastifyInstance): void {
  for (const method of METHODS) {
    if (method !== 'CONNECT' && !server.supportedMethods.includes(method)) {
      server.addHttpMethod(method, { hasBody: true })
    }
  }
}
