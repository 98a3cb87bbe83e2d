import type { Endpoint } from './endpoint.js'

/** The diagnostics channel of Node on which servers publish the answers of endpoints while somebody subscribes. */
export const answeredChannel = 'likeness.answered'

/** One answer as it was sent. */
export type Answered = {
  readonly endpoint: Endpoint
  readonly method: string
  readonly status: number
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, number | string | string[] | undefined>>
  /** Undefined where it is a stream. */
  readonly payload: string | Uint8Array | null | undefined
}
