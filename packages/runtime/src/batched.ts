import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Gathers calls: one that comes alone goes out at once; those that follow within `everyMs`, or while one is under
 * way, go out together after it.
 * @param run takes at most `most` calls together; when it rejects, so do all of them
 */
export function batched<Item>(
  run: (items: Item[]) => Promise<void>,
  { everyMs, most }: { everyMs: number; most: number },
): (item: Item) => Promise<void> {
  let waiting: { item: Item; resolve: () => void; reject: (reason: unknown) => void }[] = []
  let running = false

  async function drain(): Promise<void> {
    running = true
    while (waiting.length > 0) {
      const batch = waiting.slice(0, most)
      waiting = waiting.slice(most)
      const pause = sleep(everyMs)
      try {
        await run(batch.map(({ item }) => item))
        for (const { resolve } of batch) resolve()
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
      await pause
    }
    running = false
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      if (!running) void drain()
    })
}
