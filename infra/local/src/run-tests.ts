import { spawn } from 'node:child_process'
import { readdir, stat } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { type Outcome, readTap } from './read-tap.js'

// Of a file, and of each test in it that sets none of its own. Machines are shared.
const timeoutSeconds = 300
const timeToStopMs = 10_000

/**
 * Runs test files, each in a process of its own, printing as they end.
 *
 * They are run by Node alone: `tap run` would add a loader to each process and to every one it starts, which
 * doubles the time that Likeness takes to start, and these tests start it a hundred times.
 *
 * @param root the repository
 * @param named test files or folders, all of them when none is named
 * @param signal stops the run
 */
export async function runTests(
  root: string,
  named: readonly string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<Outcome> {
  const files = await testFiles(root, named)
  const outcomes: Outcome[] = []
  const waiting = files.values()
  const runSome = async () => {
    for (const file of waiting) if (!signal.aborted) outcomes.push(await runFile(root, file, env, signal))
  }
  // Tests wait for jobs and browsers much of their time.
  await Promise.all(Array.from({ length: availableParallelism() + 1 }, runSome))
  const sum = (of: (outcome: Outcome) => number) =>
    outcomes.reduce((total, outcome) => total + of(outcome), 0)
  return {
    passed: sum(({ passed }) => passed),
    failed: sum(({ failed }) => failed) + (files.length === 0 ? 1 : 0),
    skipped: sum(({ skipped }) => skipped),
    reasons: [...new Set(outcomes.flatMap(({ reasons }) => reasons))],
  }
}

async function runFile(
  root: string,
  file: string,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<Outcome> {
  const startedAt = performance.now()
  const child = spawn(process.execPath, ['--enable-source-maps', compiled(file)], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...env, TAP_TIMEOUT: `${timeoutSeconds}` },
    // A group of its own, so that what it starts can be ended with it.
    detached: true,
  })
  const end = (how: NodeJS.Signals) => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, how)
    } catch {
      // Nobody is left.
    }
  }
  let kill: NodeJS.Timeout | undefined
  const stop = () => {
    end('SIGTERM')
    kill = setTimeout(end, timeToStopMs, 'SIGKILL')
  }
  // tap gives up by itself, unless the process hears nothing.
  const timeout = setTimeout(stop, (timeoutSeconds + 30) * 1000)
  signal.addEventListener('abort', stop)
  const ended = new Promise<number | string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (status, by) => {
      end('SIGKILL')
      resolve(status ?? by ?? 1)
    })
  })
  const [report, errors, status] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  clearTimeout(timeout)
  clearTimeout(kill)
  signal.removeEventListener('abort', stop)

  const { failures, ...outcome } = readTap(report)
  const took = `${((performance.now() - startedAt) / 1000).toFixed(1)} s`
  if (status === 0) {
    console.log(`ok   ${file} ${took}`)
    return outcome
  }
  console.log(`FAIL ${file} ${took}`)
  for (const failure of failures) console.log(failure)
  // Broken before or after its tests: what it wrote tells.
  if (failures.length === 0) console.log(`  ended with ${status}`)
  if (errors !== '') console.log(errors.trimEnd())
  return { ...outcome, failed: Math.max(outcome.failed, 1) }
}

/** Where a test file is when it was compiled, so that no process has to translate it again. */
const compiled = (file: string) => file.replace(/\/src\//, '/dist/').replace(/ts$/, 'js')

// Those that start everything take longest, so they come first.
const sources = ['infra', 'services', 'packages', 'bench']

async function testFiles(root: string, named: readonly string[]): Promise<string[]> {
  const paths = named.length > 0 ? named.map((name) => relative(root, resolve(name))) : sources
  return (await Promise.all(paths.map((path) => testsIn(root, path)))).flat()
}

async function testsIn(root: string, path: string): Promise<string[]> {
  if (!(await stat(join(root, path))).isDirectory()) return /\/src\/.*\.test\.ts$/.test(path) ? [path] : []
  const entries = await readdir(join(root, path), { withFileTypes: true })
  const inside = entries
    // What is linked is found where it is.
    .filter((entry) => !entry.isSymbolicLink() && !['node_modules', 'dist'].includes(entry.name))
    .map((entry) => testsIn(root, join(path, entry.name)))
  return (await Promise.all(inside)).flat()
}
