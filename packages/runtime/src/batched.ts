/**
 * Gathers calls: the first goes out at once, and those that come while one is under way go out together after it.
 * Alone a call waits for nobody; a hundred at once become two or three.
 * @param run takes at most `most` calls together; when it rejects, so do all of them
 */
export function batched<Item>(
  run: (items: Item[]) => Promise<void>,
  most = 100,
): (item: Item) => Promise<void> {
  let waiting: { item: Item; resolve: () => void; reject: (reason: unknown) => void }[] = []
  let running = false

  async function drain(): Promise<void> {
    running = true
    while (waiting.length > 0) {
      const batch = waiting.slice(0, most)
      waiting = waiting.slice(most)
      try {
        await run(batch.map(({ item }) => item))
        for (const { resolve } of batch) resolve()
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    running = false
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      if (!running) void drain()
    })
}
