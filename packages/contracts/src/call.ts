import type { z } from 'zod'
import { type Answer, addressOf, type Endpoint } from './endpoint.js'
import { ProblemBody } from './problem-body.js'

type Given<Name extends string, Schema> = Schema extends z.ZodType
  ? // Optional where nothing in it has to be given.
    Record<never, never> extends z.input<Schema>
    ? { readonly [Key in Name]?: z.input<Schema> | undefined }
    : undefined extends z.input<Schema>
      ? { readonly [Key in Name]?: z.input<Schema> | undefined }
      : { readonly [Key in Name]: z.input<Schema> }
  : unknown
/** A body that `fetch` can send. */
type Bytes = NonNullable<RequestInit['body']>
type FieldOf<Described, Name extends string> = Described extends { readonly [Key in Name]: infer Field }
  ? Field
  : undefined

/** The input of a call to an endpoint. */
export type Input<Called extends Endpoint> = Given<'params', FieldOf<Called, 'params'>> &
  Given<'query', FieldOf<Called, 'query'>> &
  Given<'headers', FieldOf<Called, 'headers'>> &
  Given<'body', FieldOf<Called, 'body'>> &
  (FieldOf<Called, 'streams'> extends object ? { readonly body: Bytes } : unknown)

type BodyOf<Given> = Given extends { readonly body: infer Schema extends z.ZodType }
  ? z.output<Schema>
  : Given extends { readonly types: readonly string[] }
    ? Uint8Array<ArrayBuffer>
    : undefined

/** One of the answers that an endpoint declares. */
export type AnswerOf<Called extends Endpoint> = {
  [Status in keyof Called['answers'] & number]: {
    readonly ok: true
    readonly status: Status
    readonly headers: Headers
    readonly body: BodyOf<Called['answers'][Status]>
  }
}[keyof Called['answers'] & number]

/** A refusal, in the words of the service; without a `problem` it comes from something between, such as a proxy. */
export type Refusal = {
  readonly ok: false
  readonly status: number
  readonly headers: Headers
  readonly problem: ProblemBody | undefined
}

/** How calls reach a service. */
export type Connection = {
  /** Such as `https://likeness.example`. */
  readonly origin: string
  /** Sent with every call. */
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  /** How a request is sent; by `fetch` unless given. */
  readonly send?: Send
}

/**
 * Sends one request and reads all of its answer. A redirect is an answer, and is not followed: credentials are for one
 * origin alone.
 * @throws TypeError when no answer comes, and the signal's reason when it is aborted
 */
export type Send = (request: {
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Bytes | undefined
  readonly signal: AbortSignal | undefined
}) => Promise<Received>

/** A whole answer. */
export type Received = {
  readonly status: number
  readonly headers: Headers
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** An answer that its endpoint does not declare, such as the page of a proxy. */
export class UnreadableAnswerError extends Error {
  override name = 'UnreadableAnswerError'
  constructor(
    readonly endpoint: Endpoint,
    readonly status: number,
    options?: ErrorOptions,
  ) {
    super(`${endpoint.service} answered ${status} to ${endpoint.id}, which cannot be read`, options)
  }
}

/**
 * Calls an endpoint.
 * @returns one of its answers, the JSON as it came once its schema has found it sound, or a refusal
 * @throws UnreadableAnswerError
 * @throws TypeError when no answer comes, and the signal's reason when it is aborted
 */
export async function call<const Called extends Endpoint>(
  { origin, headers = {}, signal, send = sendByFetch }: Connection,
  endpoint: Called,
  input: Input<Called>,
): Promise<AnswerOf<Called> | Refusal> {
  const given = input as { params?: object; query?: object; headers?: Record<string, string>; body?: unknown }
  const { body } = given
  const isJson = body !== undefined && endpoint.streams === undefined
  const received = await send({
    url: `${origin}${addressOf(endpoint, given)}`,
    method: endpoint.method,
    headers: {
      ...headers,
      ...(isJson && {
        'content-type': endpoint.isPatch ? 'application/merge-patch+json' : 'application/json',
      }),
      ...definedOf(given.headers),
    },
    body: isJson ? JSON.stringify(body) : (body as Bytes | undefined),
    signal,
  })
  return readAnswer(endpoint, received)
}

const sendByFetch: Send = async ({ url, method, headers, body, signal }) => {
  const response = await fetch(url, {
    method,
    headers,
    ...(body !== undefined && { body }),
    ...(signal && { signal }),
    redirect: 'manual',
  })
  return {
    status: response.status,
    headers: response.headers,
    // Read in any case, so that the connection can be used again.
    bytes: new Uint8Array(await response.arrayBuffer()),
  }
}

/** @throws UnreadableAnswerError */
function readAnswer<Called extends Endpoint>(
  endpoint: Called,
  { status, headers, bytes }: Received,
): AnswerOf<Called> | Refusal {
  const declared = endpoint.answers[status]
  try {
    if (declared) return { ok: true, status, headers, body: bodyOf(declared, bytes) } as AnswerOf<Called>
    const isProblem = headers.get('content-type')?.startsWith('application/problem+json')
    if (isProblem) return { ok: false, status, headers, problem: ProblemBody.parse(jsonOf(bytes)) }
    if (status >= 400) return { ok: false, status, headers, problem: undefined }
  } catch (error) {
    throw new UnreadableAnswerError(endpoint, status, { cause: error })
  }
  throw new UnreadableAnswerError(endpoint, status)
}

function bodyOf({ body, types }: Answer, bytes: Uint8Array): unknown {
  if (!body) return types && bytes
  const json = jsonOf(bytes)
  body.parse(json)
  return json
}

const jsonOf = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes))

const definedOf = (headers: Record<string, string | undefined> = {}): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
