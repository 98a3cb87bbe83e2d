import type { ProblemBody } from '@likeness/contracts'

/** A failed request, in words a person can read. */
export class Fault extends Error {
  override name = 'Fault'
  readonly #at = Date.now()
  constructor(
    /** The problem's code (RFC 9457), or one of the page's own: see the functions below. */
    readonly code: string,
    readonly title: string,
    readonly detail: string,
    readonly rest: {
      readonly status?: number
      /** Field problems, by path. */
      readonly errors?: NonNullable<ProblemBody['errors']>
      /** The id to quote when reporting it. */
      readonly requestId?: string
      /** Seconds after which another try makes sense. */
      readonly retryAfter?: number
    } = {},
  ) {
    super(`${code}: ${detail}`)
  }

  /** Whether the same request may succeed a little later. */
  get isPassing(): boolean {
    const waits = this.code === 'unreachable' || this.code === 'request-in-progress'
    return waits || (this.rest.status ?? 0) >= 500
  }

  /** When another try makes sense, as `Date.now()` counts. */
  get retryAt(): number {
    return this.#at + (this.rest.retryAfter ?? 0) * 1000
  }

  /** Whether the link of an e-mail can no longer be used, but another one can. */
  get isDeadLink(): boolean {
    return this.code === 'token-invalid' || this.code === 'token-expired'
  }

  /** The message about one field, if it is at fault. */
  field(path: string): string | undefined {
    const messages = this.rest.errors?.filter((error) => error.path === path).map(({ message }) => message)
    return messages?.join('; ') || undefined
  }
}

/** No answer came at all. */
export const unreachable = (): Fault =>
  new Fault(
    'unreachable',
    'The server cannot be reached',
    'Check your connection, then try again. Nothing is lost.',
  )

/** The answer is not one of the contract's, such as a proxy's own error page. */
export const unreadable = (status: number): Fault =>
  new Fault('unreadable-answer', 'The server gave an unexpected answer', 'Try again in a moment.', { status })

/** Turns anything thrown into a Fault. */
export function asFault(thrown: unknown): Fault {
  if (thrown instanceof Fault) return thrown
  return new Fault('page-error', 'Something went wrong on this page', 'Reload the page and try again.')
}
