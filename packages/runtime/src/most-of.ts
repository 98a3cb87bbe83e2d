/**
 * Options of a cache that keeps this many entries. By `max` it would take memory for all of them at once, which for
 * 100,000 is 3 MB and a hundredth of a second of every start.
 */
export const mostOf = (entries: number) => ({ maxSize: entries, sizeCalculation: () => 1 })
