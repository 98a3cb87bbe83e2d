import { fork } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Fault } from '../fault.js'
import type { Crash, Order, Step } from './messages.js'
import type { Running } from './supervise.js'

/** A little more than the 20 s a process gives itself. */
const stopMs = 25_000

/**
 * Runs the host of all parts (host.ts) and waits until everything is open. It ends by itself when this process is
 * gone: its IPC channel closes (see runProcess of the runtime).
 *
 * @param order waited for while the host loads
 * @param onLine gets every line it writes; those from before it was ready are passed on once it is
 * @param onStep gets what it says about its progress
 * @throws Fault with its output when it ends before it is ready
 */
export async function startServices(
  { env, order, signal }: { env: NodeJS.ProcessEnv; order: Promise<Order>; signal: AbortSignal },
  onLine: (line: string) => void,
  onStep: (step: Step) => void,
): Promise<Running> {
  const host = fork(fileURLToPath(new URL('./host.js', import.meta.url)), [], {
    env,
    execArgv: [],
    // Outside the terminal's group, so that Ctrl-C reaches this process alone, which stops the parts in order.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let untilReady: string[] | undefined = []
  for (const stream of [host.stdout, host.stderr]) {
    if (stream === null) continue
    createInterface({ input: stream }).on('line', (line) => {
      if (untilReady === undefined) onLine(line)
      else untilReady.push(line)
    })
  }
  let crash: string | undefined
  const ended = new Promise<string>((resolve) => {
    host.once('error', (error) => resolve(error.message))
    host.once('close', (status, by) =>
      resolve(`${by ?? `exit code ${status}`}${crash === undefined ? '' : `; ${crash}`}`),
    )
  })
  let stopped: Promise<void> | undefined
  const stop = () => {
    stopped ??= (async () => {
      host.kill('SIGTERM')
      const late = setTimeout(() => host.kill('SIGKILL'), stopMs)
      await ended
      clearTimeout(late)
    })()
    return stopped
  }
  signal.addEventListener('abort', () => void stop(), { once: true })

  const ready = new Promise<'ready'>((resolve, reject) => {
    host.on('message', (step: Step | Crash) => {
      if ('crashed' in step) {
        crash ??= step.crashed
        return
      }
      onStep(step)
      if (step.done === 'loaded') order.then((value) => host.send(value, () => undefined), reject)
      if (step.done === 'all') resolve('ready')
    })
    order.catch(reject)
  })
  try {
    const state = await Promise.race([ready, ended])
    if (state !== 'ready') throw new Fault(untilReady.join('\n') || `The services did not start (${state}).`)
  } catch (error) {
    await stop()
    throw error
  }
  for (const line of untilReady) onLine(line)
  untilReady = undefined
  return { ended, stop }
}
