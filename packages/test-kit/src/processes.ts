import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * A TCP port nobody listens on at this moment.
 *
 * The system hands out ephemeral ports in turn, so another program getting the same one before it is used
 * is unlikely, though not impossible.
 */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port: 0, host, exclusive: true }, resolve)
  })
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('No TCP port was given.')
  return address.port
}

export interface WaitOptions {
  /** Named in the error: "Waited 600 s for …". */
  for?: string
  /** For what passes again, or is counted. */
  everyMs?: number
  /** Only where giving up is the point; a test that waits for something gives it the time it takes. */
  timeoutMs?: number
}

/** Against what will never come, so many times what anything takes on a slow machine. */
const hangMs = 10 * 60_000

// To ask costs the CPU that what is waited for needs. These add at most a tenth to a wait.
const pauseMs = (waitedMs: number) => Math.min(Math.max(10, waitedMs / 10), 250)

/**
 * Polls until `condition` gives something other than false, null or undefined, and returns that. A condition that throws
 * is asked again. The longer it has waited, the more rarely it asks: every 10 ms at first, in the end every 250 ms.
 *
 * @throws Error with the last fault as its `cause` when `timeoutMs` (ten minutes) have passed.
 */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  options: WaitOptions = {},
): Promise<Exclude<T, false | null | undefined>> {
  const { timeoutMs = hangMs, everyMs } = options
  const since = performance.now()
  let cause: unknown
  for (;;) {
    try {
      const value = await condition()
      if (value !== false && value !== null && value !== undefined) {
        return value as Exclude<T, false | null | undefined>
      }
      cause = undefined
    } catch (error) {
      cause = error
    }
    const waitedMs = performance.now() - since
    if (waitedMs >= timeoutMs) {
      throw new Error(`Waited ${timeoutMs / 1000} s for ${options.for ?? 'a condition'}.`, { cause })
    }
    await sleep(everyMs ?? pauseMs(waitedMs))
  }
}
