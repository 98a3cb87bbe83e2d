import { problem } from '../problems.js'

/** Bounds the upload bytes a process holds at once, so many large bodies cannot exhaust its memory. */
export class BytesInFlight {
  #bytes = 0
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
    try {
      return await work()
    } finally {
      this.#bytes -= bytes
    }
  }
}
