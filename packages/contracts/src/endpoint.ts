import type { z } from 'zod'
import type { Scope } from './keys.js'
import type { accountsProblems, mediaProblems } from './problems.js'

/**
 * The callers of an endpoint. A role stands for itself and every higher one. `optional` is open to anyone, and its
 * handler looks for credentials itself: an access token, a signed link, a ticket, a cookie. `service` is the other
 * service, with a token signed by the shared secret.
 */
export type CalledBy = 'anyone' | 'optional' | 'user' | 'manager' | 'admin' | 'service'

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** The chapters of the documentation, in order. */
export const chapters = {
  users: 'Registering, and what is public of a user.',
  sessions: 'Logging in, staying logged in, and logging out, on one device or on all.',
  keys: 'The public keys with which anyone can verify access tokens.',
  me: 'One’s own account: profile, password, e-mail address, export and closing.',
  activity: 'What happened on one’s own account.',
  emails: 'The links in e-mails that verify an address or stop a change of it.',
  passwords: 'Choosing a new password with a link in an e-mail.',
  administration: 'What managers and administrators do with users.',
  uploads:
    'The two steps: a picture is uploaded, shown to its owner, and becomes the avatar when it is confirmed.',
  avatars: 'What is published: pictures by user, by version, and by the hash of an e-mail address.',
  history: 'The audit of every upload, for managers and administrators.',
  operation: 'What waits, what failed and how much there is, for managers and administrators.',
  moderation: 'What managers and administrators do against pictures.',
  'service-keys': 'Keys with which backends and jobs call, for administrators.',
  people: 'People of a login of your own: who they are here, and taking their data away.',
  webhooks: 'Telling a product what happens to pictures, by signed requests.',
  upkeep: 'Routine cleaning: what runs when, what it did, and running it now.',
} as const satisfies Readonly<Record<string, string>>
type Chapter = keyof typeof chapters

/** Headers that answers are documented with, by their lower-case name. */
export const answerHeaders = {
  'cache-control': 'how long it may be kept, and by whom',
  'cache-tag': 'words by which a CDN purges it: `user-…` and `avatar-…`, with the version in its address',
  'content-disposition': '`inline`, or `attachment` with the file name to save it under',
  etag: 'the version of what is answered',
  'idempotency-replayed': '`true`: this is the first answer to the key, sent again',
  link: '`<…>; rel="next"`: the next page, unless this is the last',
  location: 'the address of what was created',
  'preference-applied': 'how long was waited, as `Prefer` asked',
  'set-cookie': 'the cookies that it sets or clears',
  'surrogate-key': 'the words of `Cache-Tag`, for other CDNs',
  'upload-limit': '`max-size=…`: how many bytes an upload may have',
  vary: 'the request headers that chose the answer',
} as const satisfies Readonly<Record<string, string>>
export type AnswerHeader = keyof typeof answerHeaders

/** Headers that come with refusals of a status. */
export const refusalHeaders: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  401: { 'www-authenticate': 'the scheme, and the fault of the token that was sent' },
  429: {
    'retry-after': 'seconds after which another try makes sense',
    ratelimit: 'the rest of the limit (draft-ietf-httpapi-ratelimit-headers)',
    'ratelimit-policy': 'the limit itself',
  },
  503: { 'retry-after': 'seconds after which another try makes sense' },
}

/** One answer: a JSON `body`, or bytes of one of the media `types`, as `Accept` chooses where it has both; or neither. */
export type Answer = {
  readonly description: string
  readonly body?: z.ZodType
  readonly types?: readonly string[]
  /** Headers that come with it, some of them only at times. */
  readonly headers?: readonly AnswerHeader[]
}

type Problems = { accounts: typeof accountsProblems; media: typeof mediaProblems }
export type ServiceName = keyof Problems
export type ProblemCode<Service extends ServiceName = ServiceName> = {
  [Name in Service]: keyof Problems[Name]
}[Service]

/**
 * One endpoint of the HTTP API: everything that a server, a client, a proxy and the documentation need to know. The
 * servers, the callers, the routing lists of the proxies and the OpenAPI document derive from it.
 */
export type Endpoint<Service extends ServiceName = ServiceName> = {
  /** The operation's id in OpenAPI: a verb and its object in camel case, unique in both services. */
  readonly id: string
  readonly service: Service
  readonly method: Method
  /** Parameters are written `:name`. */
  readonly path: `/${string}`
  readonly by: CalledBy
  readonly summary: string
  readonly description: string
  /** What a service key needs to call it, beside people with a token; without one, no key may. */
  readonly scope?: Scope
  /** Its chapter in the documentation; an endpoint without one is left out of the OpenAPI document. */
  readonly tag?: Chapter
  readonly params?: z.ZodObject
  readonly query?: z.ZodObject
  readonly headers?: z.ZodObject
  /** A JSON body. */
  readonly body?: z.ZodType
  /** The body is a merge patch (RFC 7396), and may name that media type. */
  readonly isPatch?: true
  /** A body that the handler reads as it arrives, by media type: documented, not read by the server. */
  readonly streams?: Readonly<Record<string, z.ZodType>>
  /** By status. */
  readonly answers: Readonly<Record<number, Answer>>
  /** The problems of its own; those that every endpoint has follow from the rest, see `problemCodesOf`. */
  readonly problems?: readonly ProblemCode<Service>[]
  /**
   * Which pages of other origins may read its answers: by default those of `CORS_ORIGINS`, without cookies.
   * `cookies`: those, with cookies. `anyone`: every page, since the answer is public.
   */
  readonly crossOrigin?: 'cookies' | 'anyone'
  /** Unknown query parameters are ignored, as Gravatar's clients expect. */
  readonly ignoresUnknownParameters?: true
}

/** Types the endpoints of one service, whose problems alone they may name. */
export const endpointsOf =
  <Service extends ServiceName>(service: Service) =>
  <const Description extends Omit<Endpoint<Service>, 'service'>>(
    description: Description,
  ): Description & { readonly service: Service } => ({ ...description, service })

/** Every problem an endpoint may answer: its own, and those that its guard, its input and any server have. */
export function problemCodesOf(endpoint: Endpoint): readonly ProblemCode[] {
  const { by, method, service, problems = [] } = endpoint
  const takesBodies = method !== 'GET'
  // A service key without the scope, where people need no rank.
  const mayMeetKeys = service === 'media' && (by === 'user' || by === 'optional')
  const common: (ProblemCode | false)[] = [
    'malformed-request',
    // Also for parameters and bodies that it does not have.
    'validation-failed',
    takesBodies && 'request-too-large',
    takesBodies && 'unsupported-media-type',
    by !== 'anyone' && 'unauthenticated',
    (by === 'manager' || by === 'admin' || mayMeetKeys) && 'forbidden',
    'internal-error',
    'overloaded',
  ]
  return [...new Set([...problems, ...common.filter((code) => code !== false)])]
}

/** The media types that its body may have. */
export function bodyTypesOf({ streams, isPatch }: Pick<Endpoint, 'streams' | 'isPatch'>): readonly string[] {
  if (streams) return Object.keys(streams)
  return isPatch ? ['application/merge-patch+json', 'application/json'] : ['application/json']
}

/** Its address with these parameters and query. */
export function addressOf(
  { path }: Pick<Endpoint, 'path'>,
  { params = {}, query = {} }: { params?: object; query?: object } = {},
): string {
  const filled = path.replace(/:(\w+)/g, (_, name: string) =>
    encodeURIComponent(String(Reflect.get(params, name))),
  )
  const given = Object.entries(query).filter(([, value]) => value !== undefined)
  const search = new URLSearchParams(
    given.map(([name, value]): [string, string] => [name, String(value)]),
  ).toString()
  return search === '' ? filled : `${filled}?${search}`
}
