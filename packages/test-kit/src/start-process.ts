import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { freePort, waitFor } from './processes.js'

export interface StartedProcess {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  url: string
  pid: number
  /** All it has written so far, both streams. */
  output: () => string
  /** Asks it to stop and waits: the exit status, or the name of the signal that ended it. */
  stop: (signal?: NodeJS.Signals) => Promise<number | string>
  /** Settles when it has ended, for whatever reason. */
  ended: Promise<number | string>
}

/** The bundled program of this name, such as `media-worker`; infra/bundle/build.mjs lists them. */
export const programFile = (name: string): string =>
  fileURLToPath(new URL(`../../../infra/bundle/dist/${name}.js`, import.meta.url))

/**
 * Runs a bundled program (`media-worker`) as its own process on a free port and waits for
 * `GET /readyz` to answer 200, however long that takes. It is stopped with the test.
 *
 * @param env added to this process's own environment; HOST is set here, and PORT unless it names one
 * @throws Error with its output when it ends before it is ready
 */
export async function startProcess(
  t: Test,
  program: string,
  env: Readonly<Record<string, string>>,
): Promise<StartedProcess> {
  const port = env.PORT ?? (await freePort())
  const url = `http://127.0.0.1:${port}`
  const child = spawn(process.execPath, [programFile(program)], {
    env: { ...process.env, NODE_OPTIONS: '', HOST: '127.0.0.1', PORT: String(port), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  let living = true
  const ended = new Promise<number | string>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (status, signal) => {
      living = false
      resolve(status ?? signal ?? 'unknown')
    })
  })
  const stop = (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal)
    return ended
  }
  t.teardown(() => (living ? stop() : undefined))

  const ready = async () => {
    if (!living) return 'ended' as const
    return (await fetch(`${url}/readyz`)).ok && ('ready' as const)
  }
  const state = await waitFor(ready, { for: `${program} to be ready` }).catch((error) => {
    throw new Error(`${error.message} Its output:\n${output}`)
  })
  if (state === 'ended') throw new Error(`${program} ended (${await ended}) before it was ready:\n${output}`)
  return { url, pid: child.pid ?? -1, output: () => output, stop, ended }
}
