import type { ProblemBody } from '@likeness/contracts'

/** A request that did not end as hoped, in words a person can read. */
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
      /** What to quote when reporting it. */
      readonly requestId?: string
      /** Seconds after which another try makes sense. */
      readonly retryAfter?: number
    } = {},
  ) {
    super(`${code}: ${detail}`)
  }

  /** The same request may well succeed a little later. */
  get isPassing(): boolean {
    const waits = this.code === 'unreachable' || this.code === 'request-in-progress'
    return waits || (this.rest.status ?? 0) >= 500
  }

  /** When another try makes sense, as `Date.now()` counts. */
  get retryAt(): number {
    return this.#at + (this.rest.retryAfter ?? 0) * 1000
  }

  /** The link of a mail cannot be used any more: another one can. */
  get isDeadLink(): boolean {
    return this.code === 'token-invalid' || this.code === 'token-expired'
  }

  /** What is wrong with one field, if anything. */
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

/** An answer came that is none of the contract's, such as a proxy's own error page. */
export const unreadable = (status: number): Fault =>
  new Fault('unreadable-answer', 'The server answered oddly', 'Try again in a moment.', { status })

/** What went wrong, whatever was thrown. */
export function asFault(thrown: unknown): Fault {
  if (thrown instanceof Fault) return thrown
  return new Fault('page-error', 'Something went wrong on this page', 'Reload the page and try again.')
}
