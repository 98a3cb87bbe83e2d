/** Runs work in its turn. */
export type Turns = <Result>(work: () => Promise<Result>) => Promise<Result>

/**
 * Lets a few pieces of work run at once and the rest wait, first come, first served.
 * @param options `refuse` makes the error for work that comes while `mostWaiting` wait
 */
export function openTurns(options: { atOnce: number; mostWaiting: number; refuse: () => Error }): Turns {
  const { atOnce, mostWaiting, refuse } = options
  const waiting: (() => void)[] = []
  let running = 0
  return async (work) => {
    if (waiting.length >= mostWaiting) throw refuse()
    if (running >= atOnce) await new Promise<void>((turn) => waiting.push(turn))
    else running += 1
    try {
      return await work()
    } finally {
      // The first that waits takes this place over.
      const next = waiting.shift()
      if (next) next()
      else running -= 1
    }
  }
}
