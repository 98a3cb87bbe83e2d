import type { Endpoints } from './api.js'
import { type CallOptions, type Route, read } from './call.js'
import type { Client } from './client.js'
import type { RetryOptions } from './retry.js'

// The functions of endpoints that need no more than a call, by what they take. Each is called as `PURE`, so that a
// bundle has only those it uses.

type Part<Name extends Route, Key extends string> = Endpoints[Name] extends { [Given in Key]?: infer Type }
  ? NonNullable<Type>
  : never
type AnswerTo<Name extends Route> = Promise<Endpoints[Name]['answer']>
/** Its address has no parameter but `id`. */
type RouteWithId = { [Name in Route]: Part<Name, 'params'> extends { id: string } ? Name : never }[Route]
type Input<Name extends Route> = Parameters<typeof read<Name>>[2]

export const reading =
  <Name extends Route>(route: Name) =>
  (client: Client, options: RetryOptions = {}): AnswerTo<Name> =>
    read(client, route, options as Input<Name>)

export const listing =
  <Name extends Route>(route: Name) =>
  (
    client: Client,
    query: Part<Name, 'query'> = {} as Part<Name, 'query'>,
    options: RetryOptions = {},
  ): AnswerTo<Name> =>
    read(client, route, { query, ...options } as unknown as Input<Name>)

export const sending =
  <Name extends Route>(route: Name) =>
  (client: Client, body: Part<Name, 'body'>, options: CallOptions = {}): AnswerTo<Name> =>
    read(client, route, { body, ...options } as Input<Name>)

/** The ETag of what was seen; the act is done to it alone. */
type ActOptions = CallOptions & { etag?: string | undefined }

export const actingOn =
  <Name extends RouteWithId>(route: Name) =>
  (client: Client, id: string, { etag, ...options }: ActOptions = {}): AnswerTo<Name> =>
    read(client, route, {
      params: { id },
      headers: { 'if-match': etag },
      ...options,
    } as unknown as Input<Name>)

/** The same of what is only read. */
export const readingOne = <Name extends RouteWithId>(
  route: Name,
): ((client: Client, id: string, options?: CallOptions) => AnswerTo<Name>) => actingOn(route)

export const actingOnWith =
  <Name extends RouteWithId>(route: Name) =>
  (client: Client, id: string, body: Part<Name, 'body'>, options: ActOptions = {}): AnswerTo<Name> =>
    actingOn(route)(client, id, { body, ...options } as ActOptions)
