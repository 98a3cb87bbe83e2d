/** The data of a job: ids only, never state. */
export type Payload = Readonly<Record<string, string | number | boolean>>

/** How jobs of one name are worked. Times in milliseconds. */
export type JobPolicy = {
  readonly attempts: number
  /** First wait between attempts; doubles, with jitter, up to `longestBackoffMs` (a minute). */
  readonly backoffMs: number
  readonly longestBackoffMs?: number
  /** For upkeep: a cron expression in UTC, or `off`. It runs once per tick across all workers, however many. */
  readonly cron?: string
}

/** A job's policy, and what runs it: throw to have it tried again, throw PermanentFailure to end it. */
export type WorkedJob = JobPolicy & {
  /** @param attempt `last`: no other follows */
  readonly run: (
    payload: Payload,
    attempt: { readonly number: number; readonly last: boolean },
  ) => Promise<unknown>
}

/**
 * A word for what made a job fail, such as `storage-away`. It is what the queue keeps: the words of an error, which may
 * name a path, a statement or an address, stay in the log.
 */
export type CauseOf = (error: unknown) => string

/**
 * Thrown by a handler that waits for something. The job is tried again, with one line in the log: at `info`, or at
 * `warn` after the last attempt.
 */
export class NotYet extends Error {
  override name = 'NotYet'
}

/** Thrown by a handler whose job will never succeed. */
export class PermanentFailure extends Error {
  // BullMQ recognises the error by this name.
  override name = 'UnrecoverableError'
}
