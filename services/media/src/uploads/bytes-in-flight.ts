import { problem } from '../problems.js'

/** Bounds the upload bytes a process holds at once, so many large bodies cannot exhaust its memory. */
export class BytesInFlight {
  #bytes = 0
  readonly #held = new Set<Promise<unknown>>()
  /** @param most bytes */
  constructor(readonly most: number) {}

  /**
   * Runs work that holds up to `bytes`.
   * @throws Problem overloaded when that would pass the bound
   */
  async hold<Result>(bytes: number, work: () => Promise<Result>): Promise<Result> {
    if (this.#bytes + bytes > this.most) {
      throw problem('overloaded', {}, { headers: { 'retry-after': '1', connection: 'close' } })
    }
    this.#bytes += bytes
    const held = work()
    this.#held.add(held)
    try {
      return await held
    } finally {
      this.#held.delete(held)
      this.#bytes -= bytes
    }
  }

  /** Resolves when nothing is held any more. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#held)
  }
}
