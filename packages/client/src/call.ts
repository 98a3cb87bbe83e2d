import type { Endpoints } from './api.js'
import type { Client } from './client.js'
import { errorOf, isProblem, LikenessError, unreachable, unreadable } from './error.js'
import { newKey } from './key.js'
import { type RetryOptions, unlessAborted, withRetries } from './retry.js'

/** An endpoint, by its method and path, such as `GET /v1/uploads/:id`. */
export type Route = keyof Endpoints

type InputOf<Name extends Route> = Omit<Endpoints[Name], 'answer' | 'problems'>

export type CallOptions = RetryOptions & {
  /**
   * The `Idempotency-Key` of a write, 1 to 255 characters of ASCII: give the same one when you repeat it yourself, and
   * it is carried out once. By default a new one for each call, which all its tries share.
   */
  key?: string | undefined
}

/** The arguments of a call: optional where nothing has to be given. */
export type Arguments<Name extends Route> =
  Record<never, never> extends InputOf<Name>
    ? [input?: InputOf<Name> & CallOptions]
    : [input: InputOf<Name> & CallOptions]

export type Answer<Name extends Route> = {
  readonly status: number
  readonly headers: Headers
  readonly body: Endpoints[Name]['answer']
}

/**
 * Calls an endpoint: what this package has no function for, and answers whose headers matter.
 * @throws LikenessError with one of its problem codes, or one of this client's; the signal's reason when it is aborted
 */
export function call<Name extends Route>(
  client: Client,
  route: Name,
  ...[input]: Arguments<Name>
): Promise<Answer<Name>> {
  return exchange(client, route, input ?? {}, async (response) => ({
    status: response.status,
    headers: response.headers,
    body: (await bodyOf(response)) as Endpoints[Name]['answer'],
  }))
}

/** The body of the answer. @throws as `call` */
export const read = <Name extends Route>(
  client: Client,
  route: Name,
  input: InputOf<Name> & Given,
): Promise<Endpoints[Name]['answer']> =>
  exchange(client, route, input, (response) => bodyOf(response) as Promise<Endpoints[Name]['answer']>)

/** How a request is sent, beside what the endpoint takes. */
type Given = CallOptions & {
  params?: object | undefined
  query?: object | undefined
  headers?: object | undefined
  body?: unknown
  /** Cookies are sent and kept, also of another origin. */
  cookies?: boolean | undefined
  /** Whether the server carries it out once however often it comes. By default every method but POST. */
  isRepeatable?: boolean | undefined
  /** Sends a request and returns its answer, as `fetch` does. */
  transport?: Transport | undefined
}
export type Transport = (url: string, init: RequestInit & { headers: Headers }) => Promise<Response>

/**
 * Sends a request until an answer came that `take` could read.
 * @throws as `call`
 */
export async function exchange<Result>(
  client: Client,
  route: string,
  given: Given,
  take: (response: Response) => Promise<Result>,
): Promise<Result> {
  const [method = '', path = ''] = route.split(' ')
  const { signal, retries = client.retries, onRetry, isRepeatable = method !== 'POST' } = given
  const { transport = fetch, key = newKey() } = given
  const headers = new Headers(definedOf(given.headers))
  const { language } = client
  if (language) headers.set('accept-language', typeof language === 'string' ? language : language())
  if (method !== 'GET') headers.set('idempotency-key', key)
  const { body } = given
  const bytes = body instanceof Blob ? body : undefined
  if (body !== undefined) headers.set('content-type', bytes ? imageTypeOf(bytes) : 'application/json')
  const init = {
    method,
    headers,
    body: bytes ?? (body === undefined ? null : JSON.stringify(body)),
    signal: signal ?? null,
    cache: 'no-store',
    // Credentials are for this origin alone.
    redirect: 'manual',
    credentials: given.cookies ? 'include' : 'same-origin',
  } as const
  const { getToken } = client
  let token: string | undefined
  /** @returns what was taken from the answer, or the refusal */
  const send = async (): Promise<Result | LikenessError> => {
    if (getToken) {
      token = await unlessAborted(getToken(token), signal)
      headers.set('authorization', `Bearer ${token}`)
    }
    try {
      const response = await transport(`${client.url}${addressOf(path, given)}`, init)
      return response.ok ? await take(response) : await errorOf(response)
    } catch (error) {
      signal?.throwIfAborted()
      // The connection failed, before or during the answer.
      throw error instanceof LikenessError ? error : unreachable(error)
    }
  }
  return withRetries(
    async () => {
      signal?.throwIfAborted()
      token = undefined
      let outcome = await send()
      if (getToken && isProblem(outcome, 'unauthenticated')) outcome = await send()
      if (outcome instanceof LikenessError) throw outcome
      return outcome
    },
    { signal, retries, onRetry, isRepeatable },
  )
}

/** JSON, or bytes. */
async function bodyOf(response: Response): Promise<unknown> {
  const { status, headers } = response
  const type = headers.get('content-type') ?? ''
  if (type.startsWith('application/json')) {
    return response.json().catch((cause: unknown) => {
      throw unreadable(status, undefined, cause)
    })
  }
  // The page with which a Wi-Fi asks to log in is answered 200.
  if (type.startsWith('text/html')) throw unreadable(status)
  const blob = await response.blob()
  return blob.size > 0 ? blob : undefined
}

/** The server decides by the bytes; the type only has to be that of an image. */
export const imageTypeOf = ({ type }: Blob): string => (type.startsWith('image/') ? type : 'image/unknown')

/** The path with its parameters and query. */
export function addressOf(path: string, { params = {}, query = {} }: Given): string {
  const filled = path.replace(/:(\w+)/g, (_, name: string) =>
    encodeURIComponent(String((params as Record<string, unknown>)[name])),
  )
  const search = new URLSearchParams(definedOf(query)).toString()
  return search === '' ? filled : `${filled}?${search}`
}

const definedOf = (given: object = {}): [string, string][] =>
  Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]))
