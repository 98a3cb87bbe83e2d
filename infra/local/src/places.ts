/**
 * Works through items in order, as many at once as there are places. An item too heavy for the places that are free
 * lets lighter ones pass; one heavier than all places has them to itself.
 *
 * @param places for example the cores of this machine
 * @param weightOf how many of them an item takes
 */
export async function runWithin<Item>(
  places: number,
  items: readonly Item[],
  weightOf: (item: Item) => number,
  run: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = [...items]
  const running = new Set<Promise<void>>()
  let free = places
  while (waiting.length > 0 || running.size > 0) {
    const at = waiting.findIndex((item) => Math.min(weightOf(item), places) <= free)
    if (at < 0) {
      await Promise.race(running)
      continue
    }
    const [item] = waiting.splice(at, 1) as [Item]
    const weight = Math.min(weightOf(item), places)
    free -= weight
    const work = run(item).finally(() => {
      free += weight
      running.delete(work)
    })
    running.add(work)
  }
}
