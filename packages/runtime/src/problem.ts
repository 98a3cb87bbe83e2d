import {
  type FieldFault,
  fillIn,
  type Language,
  type ProblemBody,
  type ProblemKind,
  type ProblemTable,
  type TextParameters,
  viewFault,
} from '@likeness/contracts'

// A client that sends thousands of unknown fields is told the first hundred.
const mostFaults = 100

/** The facts of one problem that is raised. */
export type ProblemDetails = {
  /** Values for the names in braces of its text. */
  readonly parameters?: TextParameters
  readonly errors?: readonly FieldFault[]
  readonly headers?: Readonly<Record<string, string>>
  /** The reason why a token does not count, for the log alone: the client is not told. */
  readonly reason?: string
}

/** An error with a documented answer. Raised anywhere, rendered in one place (RFC 9457). */
export class Problem extends Error {
  override name = 'Problem'
  constructor(
    readonly code: string,
    readonly kind: ProblemKind,
    readonly details: ProblemDetails,
  ) {
    super(code)
  }

  /** The body of the answer, in the reader's language. */
  body(language: Language, request: { path: string; id: string }): ProblemBody {
    const { parameters = {}, errors } = this.details
    return {
      type: `urn:likeness:problem:${this.code}`,
      title: this.kind.title[language],
      status: this.kind.status,
      detail: fillIn(this.kind.detail, parameters, language),
      code: this.code,
      instance: request.path,
      requestId: request.id,
      ...(errors && { errors: errors.slice(0, mostFaults).map((one) => viewFault(one, language)) }),
    }
  }
}

/**
 * Binds a service's problem table: `const problem = problemsOf(table)`, then `throw problem('no-image')` or
 * `problem('image-too-large', { parameters: { limit } })`.
 */
export const problemsOf =
  <Table extends ProblemTable>(table: Table) =>
  (code: keyof Table & string, details: ProblemDetails = {}): Problem => {
    const kind = table[code]
    if (!kind) throw new Error(`no problem named ${code}`)
    return new Problem(code, kind, details)
  }
