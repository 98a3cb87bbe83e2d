import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

// Below those that systems give to the connections which programs open (Linux from 32768, macOS from 49152), since one of
// these may take a port between its choice and its use; above 10080, which browsers do not ask.
const [lowestPort, highestPort] = [12_000, 32_767]
const given = new Set<number>()

/**
 * A TCP port nobody listens on at this moment, which this process has not been given before, nor any other of the same run
 * of the tests: one of theirs may listen on it a moment later, or again after a restart.
 */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (;;) {
    const port = randomInt(lowestPort, highestPort + 1)
    if (given.has(port)) continue
    given.add(port)
    if ((await isOurs(port)) && (await isFree(port, host))) return port
  }
}

/** Takes a port for this process. `TEST_PORTS` is a folder with a file for each that the run of the tests has given. */
async function isOurs(port: number): Promise<boolean> {
  const folder = process.env.TEST_PORTS
  if (folder === undefined) return true
  try {
    await writeFile(join(folder, String(port)), '', { flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
  return true
}

async function isFree(port: number, host: string): Promise<boolean> {
  const server = createServer().listen({ port, host, exclusive: true })
  try {
    await once(server, 'listening')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false
    throw error
  }
  server.close()
  await once(server, 'close')
  return true
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
