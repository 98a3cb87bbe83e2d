/** A short notice that something changed; at most a few hundred bytes of JSON. */
export type Notice = Readonly<Record<string, string | number | null>>

/**
 * Notices between processes: PostgreSQL NOTIFY, or Redis pub/sub where QUEUE_URL is Redis. A missed notice
 * costs its reader a poll, never a wrong answer.
 */
export type Bus = {
  /** Resolves when it is sent; a failure is logged, never thrown. */
  publish(topic: string, notice: Notice): Promise<void>
  /** Calls the listener for every notice of a topic, from when it resolves until `close`. */
  subscribe(topic: string, listener: (notice: Notice) => void): Promise<void>
  close(): Promise<void>
}
