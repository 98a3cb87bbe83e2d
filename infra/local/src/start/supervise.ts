import { setTimeout as sleep } from 'node:timers/promises'

/** Something that runs outside this process. */
export interface Running {
  /** Settles with how it ended, such as "exit code 1". */
  ended: Promise<string>
  stop(): Promise<void>
}

export interface Supervised {
  /** Settles when it is ready for the first time; rejects when it never was, and is then not started again. */
  ready: Promise<void>
  /** Stops it in good order, whatever it is doing. */
  stop(): Promise<void>
}

const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 10_000
/** A part that has run this long restarts without the wait from its earlier ends. */
const STABLE_MS = 30_000

/**
 * Keeps a part running: when it ends by itself, it is started again, each time after twice the wait.
 *
 * @param start starts it and resolves when it is ready; gives up when the signal is aborted
 * @param report gets one line at each end and each return
 */
export function supervise(
  name: string,
  start: (signal: AbortSignal) => Promise<Running>,
  report: (line: string) => void,
): Supervised {
  const stopping = new AbortController()
  const { signal } = stopping
  const first = start(signal)
  let current: Promise<Running> = first

  const keepRunning = async () => {
    let wait = FIRST_WAIT_MS
    for (;;) {
      const since = performance.now()
      const reason = await current.then((running) => running.ended, messageOf)
      if (signal.aborted) return
      if (performance.now() - since > STABLE_MS) wait = FIRST_WAIT_MS
      report(`${name} ended (${reason}); starting it again in ${wait / 1000} s.`)
      await sleep(wait, undefined, { signal }).catch(() => undefined)
      if (signal.aborted) return
      wait = Math.min(wait * 2, LONGEST_WAIT_MS)
      current = start(signal)
      current.then(
        () => report(`${name} is back.`),
        () => undefined,
      )
    }
  }
  const over = first.then(keepRunning, () => undefined)
  return {
    ready: first.then(() => undefined),
    async stop() {
      stopping.abort()
      await current.then(
        (running) => running.stop(),
        () => undefined,
      )
      await over
    },
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
