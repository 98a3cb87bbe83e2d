/** The person (at an address and device) or the job that caused an event. */
export type Actor = {
  readonly id: string | null
  readonly ip: string | null
  readonly userAgent: string | null
}

export const theWorker: Actor = { id: null, ip: null, userAgent: null }
