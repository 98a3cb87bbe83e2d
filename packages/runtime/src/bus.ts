/** A short notice that something changed; at most a few hundred bytes of JSON. */
export type Notice = Readonly<Record<string, string | number | null>>

/**
 * Notices between processes: PostgreSQL NOTIFY, or Redis pub/sub where QUEUE_URL is Redis. A missed notice
 * costs its reader a poll, never a wrong answer.
 */
export type Bus = {
  /**
   * Sends it together with others of the same moment, and resolves when it is sent; a failure is logged, never thrown.
   * No request waits for it: closing does.
   */
  publish(topic: string, notice: Notice): Promise<void>
  /** Calls the listener for every notice of a topic, from when it resolves until `close`. */
  subscribe(topic: string, listener: (notice: Notice) => void): Promise<void>
  close(): Promise<void>
}

/** A notice on its way. */
export type Sent = { readonly channel: string; readonly message: string }

/** A notice that comes alone is sent at once; under load, those of a moment go out together. */
export const busBatches = { everyMs: 10, most: 100 }
