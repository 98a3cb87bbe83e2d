import type { Endpoint, ProblemBody } from '@likeness/contracts'
import { type AnswerOf, call as callEndpoint, type Input } from '@likeness/contracts/call'

/** What tests read of a problem. */
type Fault = Partial<Pick<ProblemBody, 'code' | 'title' | 'detail' | 'errors'>>

/** One answer. Its body is that of a success or a problem, as the status says, so a test looks at the status too. */
export type Answer<Json> = { status: number; headers: Headers; body: Json & Fault }

/** Everything that one of the alternatives has. */
type Whole<Union> = (Union extends unknown ? (one: Union) => void : never) extends (all: infer All) => void
  ? All
  : never
type BodyOf<Called extends Endpoint> = [Exclude<AnswerOf<Called>['body'], undefined>] extends [never]
  ? unknown
  : Whole<Exclude<AnswerOf<Called>['body'], undefined>>

/** What may be sent beside the input of an endpoint: an access token, and other headers. */
type Sent = { token?: string; headers?: Record<string, string> }
type Given<Called extends Endpoint> =
  Record<never, never> extends Input<Called> ? [(Input<Called> & Sent)?] : [Input<Called> & Sent]

/**
 * Calls an endpoint with what its types allow.
 * @throws UnreadableAnswerError when the answer is not one that the endpoint declares
 */
export type Call = <const Called extends Endpoint>(
  endpoint: Called,
  ...given: Given<Called>
) => Promise<Answer<BodyOf<Called>>>

/** Ways to call a service that listens at `url`, with an access token unless a call brings its own. */
export function openCalls(url: string, { token: usual }: { token?: string } = {}) {
  const call: Call = async <Called extends Endpoint>(endpoint: Called, ...[given]: Given<Called>) => {
    const { token = usual, ...input } = given ?? ({} as Input<Called> & Sent)
    const connection = { origin: url, headers: bearing(token) }
    const answer = await callEndpoint(connection, endpoint, input as Input<Called>)
    const { status, headers } = answer
    return { status, headers, body: (answer.ok ? answer.body : answer.problem) as BodyOf<Called> & Fault }
  }

  /** Sends anything to any path: what no type allows, or what is not JSON. */
  async function send<Json = Record<string, unknown>>(
    method: string,
    path: string,
    { body, token = usual, headers }: Sent & { body?: unknown } = {},
  ): Promise<Answer<Json> & { text: string; bytes: Buffer }> {
    const isRaw = body instanceof FormData || body instanceof Uint8Array
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(body !== undefined && !isRaw && { 'content-type': 'application/json' }),
        ...bearing(token),
        ...headers,
      },
      ...(body !== undefined && {
        body: isRaw || typeof body === 'string' ? body : JSON.stringify(body),
      }),
      redirect: 'manual',
    })
    const bytes = Buffer.from(await response.arrayBuffer())
    const text = bytes.toString()
    const isJson = text !== '' && /json/.test(response.headers.get('content-type') ?? '')
    return {
      status: response.status,
      headers: response.headers,
      text,
      bytes,
      body: (isJson ? JSON.parse(text) : undefined) as Json & Fault,
    }
  }
  return { call, send }
}

const bearing = (token: string | undefined): Record<string, string> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` }
