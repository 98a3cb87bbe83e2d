/** Runs work in its turn. */
export type Turns = <Result>(work: () => Promise<Result>) => Promise<Result>

/**
 * Lets a few pieces of work run at once and the rest wait, first come, first served.
 * @param options `refuse` makes the error for work that comes while `mostWaiting` wait; without them any number may
 */
export function openTurns(
  options: { atOnce: number } & (
    | { mostWaiting: number; refuse: () => Error }
    | { mostWaiting?: never; refuse?: never }
  ),
): Turns {
  const waiting: (() => void)[] = []
  let running = 0
  return async (work) => {
    if (options.refuse && waiting.length >= options.mostWaiting) throw options.refuse()
    if (running >= options.atOnce) await new Promise<void>((turn) => waiting.push(turn))
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
