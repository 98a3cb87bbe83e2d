import { spawn } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type Outcome, readTap } from './read-tap.js'

/**
 * Runs the test files with tap, printing as they end.
 *
 * @param root the repository
 * @param args test files or folders, all of them when none is named, and any options of `tap run`
 * @param signal stops the run
 */
export async function runTap(
  root: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<Outcome> {
  const tap = join(root, 'node_modules/tap/dist/esm/run.mjs')
  const options = [`--jobs=${availableParallelism()}`, '--reporter=tap']
  const files = await Promise.all(args.map(testFiles))
  const child = spawn(process.execPath, [tap, 'run', ...options, ...files], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env,
    signal,
    killSignal: 'SIGTERM',
  })
  const ended = new Promise<number>((resolve) => {
    child.once('error', () => resolve(1))
    child.once('close', (status) => resolve(status ?? 1))
  })
  const outcome = await readTap(createInterface({ input: child.stdout }), console.log)
  // A run that breaks before it counts anything has failed all the same.
  return (await ended) === 0 ? outcome : { ...outcome, failed: Math.max(outcome.failed, 1) }
}

/** tap takes files and patterns; a folder stands for the test files in it. */
async function testFiles(arg: string): Promise<string> {
  const found = arg.startsWith('-') ? undefined : await stat(arg).catch(() => undefined)
  return found?.isDirectory() === true ? `${arg.replace(/\/+$/, '')}/**/*.test.ts` : arg
}
