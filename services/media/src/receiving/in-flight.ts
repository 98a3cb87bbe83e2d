import { setMaxListeners } from 'node:events'
import { problem } from '../problems.js'
import { busy } from './busy.js'

/** The most that a process receives at once: bytes in all, and uploads of one person. */
export type Most = { readonly bytes: number; readonly perPerson: number }

/** The share of one upload in flight, until it ends. */
export type Held = {
  /** Counts bytes that have arrived. @throws Problem overloaded when they are too many */
  take(bytes: number): void
  /** @throws Problem overloaded when so many more bytes would be too many */
  expect(bytes: number): void
  /** Aborts when the process closes and no longer waits for bodies. */
  readonly ending: AbortSignal
}

// A process has 20 s to close.
const closeMs = 5_000

/**
 * Bounds what a process holds of uploads at once: the bytes, so that many large bodies cannot exhaust its memory, and
 * the uploads of each person, so that no one takes all the room. A byte counts once it has arrived, so clients that
 * announce much and send little keep no one out.
 */
export class InFlight {
  #bytes = 0
  readonly #perPerson = new Map<string, number>()
  readonly #held = new Set<Promise<unknown>>()
  readonly #ending = new AbortController()
  constructor(readonly most: Most) {
    // Every body under way listens.
    setMaxListeners(0, this.#ending.signal)
  }

  /**
   * Runs work that holds bytes for a person.
   * @throws Problem rate-limited when the person has as many uploads as they may, and those of `work`
   */
  async hold<Result>(personId: string, work: (held: Held) => Promise<Result>): Promise<Result> {
    const before = this.#perPerson.get(personId) ?? 0
    if (before >= this.most.perPerson) throw tooManyAtOnce(this.most.perPerson)
    this.#perPerson.set(personId, before + 1)
    let taken = 0
    const expect = (bytes: number) => {
      if (this.#bytes + bytes > this.most.bytes) throw busy()
    }
    const take = (bytes: number) => {
      expect(bytes)
      this.#bytes += bytes
      taken += bytes
    }
    const held = work({ take, expect, ending: this.#ending.signal })
    this.#held.add(held)
    try {
      return await held
    } finally {
      this.#held.delete(held)
      this.#bytes -= taken
      this.#release(personId)
    }
  }

  /** Resolves once nothing is held; bodies that still arrive after a while, or begin now, are given up. */
  async close(): Promise<void> {
    const enough = setTimeout(() => this.#ending.abort(), closeMs)
    while (this.#held.size > 0) await Promise.allSettled(this.#held)
    clearTimeout(enough)
    this.#ending.abort()
  }

  #release(personId: string): void {
    const left = (this.#perPerson.get(personId) ?? 1) - 1
    if (left > 0) this.#perPerson.set(personId, left)
    else this.#perPerson.delete(personId)
  }
}

/** With the fields of draft-ietf-httpapi-ratelimit-headers-10. */
function tooManyAtOnce(quota: number) {
  const headers = {
    'retry-after': '1',
    'ratelimit-policy': `"uploads-at-once";q=${quota}`,
    ratelimit: '"uploads-at-once";r=0',
    connection: 'close',
  }
  return problem('rate-limited', { parameters: { seconds: 1 }, headers })
}
