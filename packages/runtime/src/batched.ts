import { setTimeout as sleep } from 'node:timers/promises'

/** Takes an item, and resolves once its batch has run. */
export type Batched<Item> = ((item: Item) => Promise<void>) & {
  /** Resolves once no batch runs or waits. */
  settled(): Promise<void>
}

/**
 * Gathers calls: one that comes alone goes out at once; those that follow within `everyMs` (0 without), or while one is
 * under way, go out together after it.
 * @param run takes at most `most` calls together; when it rejects, so do all of them
 */
export function batched<Item>(
  run: (items: Item[]) => Promise<void>,
  { everyMs = 0, most }: { everyMs?: number; most: number },
): Batched<Item> {
  let waiting: { item: Item; resolve: () => void; reject: (reason: unknown) => void }[] = []
  let running: Promise<void> | undefined

  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, most)
      waiting = waiting.slice(most)
      const pause = everyMs > 0 ? sleep(everyMs) : undefined
      try {
        await run(batch.map(({ item }) => item))
        for (const { resolve } of batch) resolve()
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
      await pause
    }
    running = undefined
  }

  const add = (item: Item) =>
    new Promise<void>((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      running ??= drain()
    })
  const settled = async () => {
    while (running) await running
  }
  return Object.assign(add, { settled })
}
