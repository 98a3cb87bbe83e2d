import type { Readable } from 'node:stream'
import type { CalledBy, Endpoint } from '@likeness/contracts'
import type { FastifyReply, FastifyRequest, RouteOptions, RouteShorthandOptions } from 'fastify'
import type { z } from 'zod'
import type { Guards } from './auth.js'
import { acceptMergePatch } from './merge-patch.js'
import type { Server } from './server.js'

declare module 'fastify' {
  interface FastifyContextConfig {
    endpoint?: Endpoint
  }
}

type Read<Described, Part extends string> = Described extends {
  readonly [Key in Part]: infer Schema extends z.ZodType
}
  ? z.output<Schema>
  : unknown
type Sent<Given> = Given extends { readonly body: infer Schema extends z.ZodType }
  ? z.input<Schema> | (Given extends { readonly types: readonly string[] } ? Readable : never)
  : unknown

type Route<Served extends Endpoint> = {
  Params: Read<Served, 'params'>
  Querystring: Read<Served, 'query'>
  Headers: Read<Served, 'headers'>
  Body: Read<Served, 'body'>
  Reply: { [Status in keyof Served['answers'] & number]: Sent<Served['answers'][Status]> }
}

/** A request to an endpoint, its parts as their schemas read them. */
export type RequestTo<Served extends Endpoint> = FastifyRequest<Route<Served>>
/** Its answer to be: only a status that the endpoint declares compiles, with a body of its schema. */
type ReplyOf<Served extends Endpoint> = FastifyReply<Route<Served>>

/** Answers a request: returns the body of a 200, or the reply once it is sent. */
export type Handler<Served extends Endpoint> = (
  request: RequestTo<Served>,
  reply: ReplyOf<Served>,
) => Returned<Served> | Promise<Returned<Served>>
type Returned<Served extends Endpoint> =
  | (Served['answers'] extends { readonly 200: infer Given } ? Sent<Given> : never)
  | FastifyReply
  | ReplyOf<Served>

/** Settings of a route that are not part of the contract. */
type ServeOptions = Partial<Pick<RouteShorthandOptions, 'logLevel'>> & {
  /** The handler finds more faults by itself, see `judgeRequests`. */
  readonly judgesItself?: true
  /** Its answers bring their own security headers. */
  readonly ownHeaders?: true
}

type Serve<By extends CalledBy> = <Served extends Endpoint & { readonly by: By }>(
  endpoint: Served,
  handler: NoInfer<Handler<Served>>,
  options?: ServeOptions,
) => void

/**
 * Registers endpoints with the guard of those who may call them. There is one function for each of them, which takes
 * no endpoint of another, so that the list of an app cannot say what is not so.
 */
export function openServe(server: Server, guards: Guards): { readonly [By in CalledBy]: Serve<By> } {
  const guardOf = {
    anyone: undefined,
    optional: undefined,
    user: guards.signedIn,
    manager: guards.manager,
    admin: guards.admin,
    service: guards.service,
  } as const
  const serveBy =
    <By extends CalledBy>(by: By): Serve<By> =>
    (endpoint, handler, { judgesItself, ownHeaders, ...options } = {}) => {
      const guard = guardOf[by]
      const route: RouteOptions = {
        method: endpoint.method,
        url: endpoint.path,
        ...options,
        ...(guard && { onRequest: guard }),
        config: {
          endpoint,
          ...(endpoint.crossOrigin && { crossOrigin: endpoint.crossOrigin }),
          ...(judgesItself && { judgesItself }),
          ...(ownHeaders && { ownHeaders }),
        },
        schema: schemaOf(endpoint),
        handler: handler as (request: FastifyRequest, reply: FastifyReply) => unknown,
      }
      if (!endpoint.isPatch) server.route(route)
      else {
        server.register(async (patches: Server) => {
          acceptMergePatch(patches)
          patches.route(route)
        })
      }
    }
  return {
    anyone: serveBy('anyone'),
    optional: serveBy('optional'),
    user: serveBy('user'),
    manager: serveBy('manager'),
    admin: serveBy('admin'),
    service: serveBy('service'),
  }
}

/** The schemas that Fastify needs to read requests and to write JSON. */
function schemaOf({ params, query, headers, body, answers }: Endpoint) {
  const written = Object.entries(answers).flatMap(([status, { body }]) => (body ? [[status, body]] : []))
  return {
    ...(params && { params }),
    ...(query && { querystring: query }),
    ...(headers && { headers }),
    ...(body && { body }),
    response: Object.fromEntries(written) as Record<string, z.ZodType>,
  }
}
