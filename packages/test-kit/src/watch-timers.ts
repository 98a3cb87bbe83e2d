import type { Test } from 'tap'

/** Every wait that begins in this process from now on until the test ends, in milliseconds. */
export function watchTimers(t: Test): number[] {
  const waits: number[] = []
  const { setTimeout } = globalThis
  const watched = (run: () => void, ms?: number, ...rest: []) => {
    waits.push(ms ?? 0)
    return setTimeout(run, ms, ...rest)
  }
  globalThis.setTimeout = Object.assign(watched, setTimeout)
  t.teardown(() => {
    globalThis.setTimeout = setTimeout
  })
  return waits
}
