import { commonProblems } from '@likeness/contracts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { problemsOf } from './problem.js'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Parameters that nobody knows are left alone: for addresses that others compose, as of Gravatar. */
    anyParameter?: boolean
  }
}

const problem = problemsOf(commonProblems)

/**
 * Refuses query parameters that a route does not have, each by its name. Whoever mistypes a filter would else be
 * answered as if there were none.
 */
export function refuseUnknownParameters(server: FastifyInstance): void {
  server.addHook('preValidation', async (request) => {
    // A preflight asks about the address of another request.
    if (request.method === 'OPTIONS') return
    const unknown = Object.keys(request.query as object).filter((name) => !isKnown(request, name))
    if (unknown.length === 0) return
    const errors = unknown.map((path) => ({ path, message: 'is not a parameter of this address' }))
    throw problem('validation-failed', {}, { errors })
  })
}

function isKnown({ routeOptions }: FastifyRequest, name: string): boolean {
  if (routeOptions.config.anyParameter) return true
  const schema: unknown = routeOptions.schema?.querystring
  return schema instanceof z.ZodObject && Object.hasOwn(schema.shape, name)
}
