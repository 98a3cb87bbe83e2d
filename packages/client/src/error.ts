import type { Endpoints, Problem } from './api.js'

/** The code of every problem that an endpoint can answer (RFC 9457). */
export type ProblemCode = Endpoints[keyof Endpoints]['problems']

/**
 * Codes of this client. `unreachable`: no answer came. `unreadable-answer`: the answer is not of the API, such as the
 * page of a proxy. `session-ended`: log in again.
 */
export type ClientCode = 'unreachable' | 'unreadable-answer' | 'session-ended'

/** A code, or one that a newer server or a page adds. */
export type ErrorCode = ProblemCode | ClientCode | (string & {})

/** What is wrong with one field of a request: its path, such as `crop.width`, and why. */
export type FieldError = NonNullable<Problem['errors']>[number]

type Told = {
  title?: string
  detail?: string
  status?: number
  fields?: readonly FieldError[]
  requestId?: string | undefined
  retryAfter?: number | undefined
  cause?: unknown
}

/** A failed request, in words that a person can read. Decide by `code`, which never changes and is never translated. */
export class LikenessError<Code extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'LikenessError'
  /** What happened, in a few words. */
  declare readonly title: string
  /** Why, and what to do about it. */
  declare readonly detail: string
  /** Of the HTTP answer; 0 when there was none. */
  declare readonly status: number
  /** Every field at fault. */
  declare readonly fields: readonly FieldError[]
  /** The id to quote when reporting it. */
  declare readonly requestId: string | undefined
  /** Seconds after which another try makes sense. */
  declare readonly retryAfter: number | undefined
  readonly #at = performance.now()

  constructor(
    readonly code: Code,
    { cause, ...told }: Told = {},
  ) {
    super(told.detail ? `${code}: ${told.detail}` : code, { cause })
    Object.assign(this, { title: code, detail: '', status: 0, fields: [] }, told)
  }

  /** Whether the same request may succeed a little later: no answer, an overload, a fault of the server. */
  get isPassing(): boolean {
    return this.code === 'unreachable' || this.code === 'request-in-progress' || this.status >= 500
  }

  /** When another try makes sense, as `performance.now()` counts: no clock is asked, which may be wrong. */
  get retryAt(): number {
    return this.#at + (this.retryAfter ?? 0) * 1000
  }

  /** The messages about one field, such as `crop.width`, if it is at fault. */
  field(path: string): string | undefined {
    const messages = this.fields.filter((field) => field.path === path).map(({ message }) => message)
    return messages.join('; ') || undefined
  }
}

/**
 * Whether something thrown is a failed request, with one of these codes if any are named.
 *
 * ```ts
 * if (isProblem(error, 'image-too-large', 'too-many-pixels')) offerSmallerCopy()
 * ```
 */
export function isProblem<Code extends ProblemCode | ClientCode>(
  thrown: unknown,
  ...codes: readonly Code[]
): thrown is LikenessError<Code> {
  return (
    thrown instanceof LikenessError &&
    (codes.length === 0 || (codes as readonly string[]).includes(thrown.code))
  )
}

/** No answer came at all. */
export const unreachable = (cause?: unknown) =>
  new LikenessError('unreachable', {
    title: 'The server cannot be reached',
    detail: 'Check your connection, then try again. Nothing is lost.',
    cause,
  })

/** The answer is not one of the API. */
export const unreadable = (status: number, retryAfter?: number, cause?: unknown) =>
  new LikenessError('unreadable-answer', {
    title: 'The server gave an unexpected answer',
    detail: 'Try again in a moment.',
    status,
    retryAfter,
    cause,
  })

/** There is no session, or no longer. */
export const sessionEnded = () =>
  new LikenessError('session-ended', {
    title: 'Your session has ended',
    detail: 'Log in again to continue.',
    status: 401,
  })

/** The error that a refusal says. A proxy between has no problem to tell. */
export async function errorOf(response: Response): Promise<LikenessError> {
  const { status, headers } = response
  const retryAfter = secondsUntilRetry(headers)
  // Read in any case, so that the connection can be used again.
  const problem = (await response.json().catch(() => undefined)) as Problem | undefined
  const isProblem = headers.get('content-type')?.startsWith('application/problem+json')
  if (!isProblem || typeof problem?.code !== 'string') return unreadable(status, retryAfter)
  const { code, title, detail, errors = [], requestId } = problem
  return new LikenessError(code, { title, detail, status, fields: errors, requestId, retryAfter })
}

/** `Retry-After` in seconds (RFC 9110 §10.2.3). A date counts from that of the answer: the clock here may be wrong. */
function secondsUntilRetry(headers: Headers): number | undefined {
  const value = headers.get('retry-after')
  if (value === null) return undefined
  const given = Number(value)
  const seconds = given >= 0 ? given : (Date.parse(value) - Date.parse(headers.get('date') ?? '')) / 1000
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds)
}
