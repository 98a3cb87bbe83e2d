import type { IncomingMessage } from 'node:http'
import { commonProblems, type FieldFault, readFields } from '@likeness/contracts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { problemsOf } from './problem.js'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route finds more faults by itself: it is called with those of its schemas, and refuses all at once. */
    judgesItself?: boolean
  }
  interface FastifyRequest {
    /** The faults found for a route that `judgesItself`: while there are any, the request is as it came. */
    faults: readonly FieldFault[]
  }
}

const problem = problemsOf(commonProblems)

/**
 * Reads every part of a request by the schemas of its route, and refuses it with all faults of all parts at once.
 * A field or parameter that the route does not have is refused by name: a mistyped filter would otherwise be
 * answered as if there were none.
 */
export function judgeRequests(server: FastifyInstance): void {
  // Fastify's own validation ends at the first part at fault.
  server.setValidatorCompiler(() => (value: unknown) => ({ value }))
  server.decorateRequest('faults', undefined as never)
  server.addHook('preValidation', (request, _reply, done) => {
    // A preflight asks about the address of another request.
    request.faults = request.method === 'OPTIONS' ? [] : [...readAddress(request), ...readBody(request)]
    if (request.faults.length > 0 && request.routeOptions.config.judgesItself !== true)
      throw invalid(request.faults)
    done()
  })
}

/** `validation-failed` with these faults. */
export const invalid = (errors: readonly FieldFault[]) => problem('validation-failed', { errors })

function readAddress(request: FastifyRequest): FieldFault[] {
  const { params, querystring, headers } = schemasOf(request)
  const faults: FieldFault[] = []
  const read = <Value>(schema: unknown, value: Value): Value => {
    if (!(schema instanceof z.ZodType)) return value
    const reading = readFields(schema, value, 'address')
    if (!reading.faults) return reading.value as Value
    faults.push(...reading.faults)
    return value
  }
  const given = Object.entries(request.query as Record<string, unknown>)
  const known = given.filter(([name]) => isKnown(request, name))
  request.params = read(params, request.params)
  request.query = read(querystring, Object.fromEntries(known))
  request.headers = read(headers, request.headers)
  const unknown = given.filter((one) => !known.includes(one))
  return [...faults, ...unknown.map(([path]) => ({ path, code: 'unknown-parameter' }) as const)]
}

function isKnown(request: FastifyRequest, name: string): boolean {
  if (request.routeOptions.config.endpoint?.ignoresUnknownParameters) return true
  const { querystring } = schemasOf(request)
  return querystring instanceof z.ZodObject && Object.hasOwn(querystring.shape, name)
}

function readBody(request: FastifyRequest): readonly FieldFault[] {
  const { body: schema } = schemasOf(request)
  if (!(schema instanceof z.ZodType)) return unexpectedBody(request)
  // Without a body, the fields it would need are named.
  const given = request.body === undefined && !schema.safeParse(undefined).success ? {} : request.body
  const reading = readFields(schema, given)
  if (reading.faults) return reading.faults
  request.body = reading.value
  return []
}

/** Faults of a body that is not expected; an empty one, or an empty object, is none. */
function unexpectedBody({ body, method, raw, routeOptions }: FastifyRequest): FieldFault[] {
  // The route reads it as it arrives.
  if (routeOptions.config.endpoint?.streams) return []
  if (method === 'GET' || method === 'HEAD') {
    return hasBody(raw) ? [{ path: '', code: 'unexpected-body' }] : []
  }
  if (body === undefined || body === null) return []
  const named = typeof body === 'object' && !Array.isArray(body)
  return named
    ? Object.keys(body).map((path) => ({ path, code: 'unknown-field' }))
    : [{ path: '', code: 'unexpected-body' }]
}

/** Whether a request brings one (RFC 9112 §6.3). */
export const hasBody = ({ headers }: Pick<IncomingMessage, 'headers'>): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

type Schemas = Readonly<Partial<Record<'params' | 'querystring' | 'headers' | 'body', unknown>>>
const schemasOf = ({ routeOptions }: FastifyRequest): Schemas => routeOptions.schema ?? {}
