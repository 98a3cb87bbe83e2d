import { fork } from 'node:child_process'
import { createInterface } from 'node:readline'
import { waitFor } from '@likeness/test-kit/processes'
import { Fault } from '../fault.js'
import type { Running } from './supervise.js'

export interface Part {
  name: string
  /** Absolute path of the compiled process. */
  entry: string
  env: NodeJS.ProcessEnv
  /** Its own base URL, whose `/readyz` is polled. */
  url: string
}

/** A little more than the 20 s a process gives itself. */
const STOP_MS = 25_000
/** Only stops a part that hangs: a part that cannot start ends, which is noticed at once. */
const READY_MS = 10 * 60_000

/**
 * Runs one of our processes and waits until it is ready. It ends by itself when this process is gone: its IPC channel
 * closes (see runProcess of the runtime).
 *
 * @param onLine gets every line it writes; those from before it was ready are passed on once it is
 * @throws Fault with all its output when it ends before it is ready
 */
export async function startPart(
  part: Part,
  onLine: (line: string) => void,
  signal: AbortSignal,
): Promise<Running> {
  const child = fork(part.entry, [], {
    env: part.env,
    execArgv: [],
    // Outside the terminal's group, so that Ctrl-C reaches this process alone, which stops the parts in order.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let untilReady: string[] | undefined = []
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue
    createInterface({ input: stream }).on('line', (line) => {
      if (untilReady === undefined) onLine(line)
      else untilReady.push(line)
    })
  }
  let living = true
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('close', (status, by) => resolve(by ?? `exit code ${status}`))
  }).finally(() => {
    living = false
  })
  let stopped: Promise<void> | undefined
  const stop = () => {
    stopped ??= (async () => {
      child.kill('SIGTERM')
      const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
      await ended
      clearTimeout(late)
    })()
    return stopped
  }
  signal.addEventListener('abort', () => void stop(), { once: true })

  const ready = async () => !living || (await fetch(`${part.url}/readyz`)).ok
  const inTime = await waitFor(ready, { timeoutMs: READY_MS }).catch(() => 'not ready in time')
  if (inTime !== true) await stop()
  if (!living) {
    const reason = inTime === true ? await ended : inTime
    throw new Fault(`${part.name} did not start (${reason}): ${untilReady.join('\n') || 'it said nothing.'}`)
  }
  for (const line of untilReady) onLine(line)
  untilReady = undefined
  return { ended, stop }
}
