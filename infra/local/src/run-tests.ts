import { spawn } from 'node:child_process'
import { readdir, stat } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { runWithin } from './places.js'
import { type Outcome, readTap } from './read-tap.js'

// Only stops a file that hangs: many times what the slowest takes on a slow machine. tap gives up first, and says which
// test it was.
const fileLimitMs = 30 * 60_000
const testLimitSeconds = 25 * 60
const timeToStopMs = 10_000

/** `*.system.test.ts` start whole systems, which keep two cores busy. */
const startsSystems = (file: string) => /[./]system\.test\.ts$/.test(file)

/** `*.page.test.ts` take long, but their browser waits for their page, and the page for them. */
const usesBrowser = (file: string) => /[./]page\.test\.ts$/.test(file)

/**
 * Runs test files, each in a process of its own, and prints them as they end and the slowest at the end.
 *
 * Node alone runs them, bundled (ADR 47): `tap run` would add a loader to each process and to every process it starts,
 * which doubles the time Likeness takes to start, and these tests start it a hundred times.
 *
 * @param root the repository
 * @param folder where bundled tests are put
 * @param named test files or folders; none means all
 * @param signal stops the run
 * @returns `tests` name each test that ran and passed: `services/media/src/flow.test.ts: the flow > confirm`
 */
export async function runTests(
  root: string,
  folder: string,
  named: readonly string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<Outcome> {
  const files = await testFiles(root, named)
  if (files.length === 0) {
    console.log(`FAIL no *.test.ts in ${named.join(', ')}`)
    return { passed: 0, failed: 1, skipped: 0, reasons: [], tests: [] }
  }
  const { bundleTests } = (await import(new URL('../../bundle/build.mjs', import.meta.url).href)) as {
    readonly bundleTests: (files: readonly string[], folder: string) => Promise<(file: string) => string>
  }
  const bundled = await bundleTests(files, folder)
  const outcomes: FileOutcome[] = []
  // Two more than the cores, because tests spend a quarter of their time waiting for jobs, processes and browsers.
  const places = availableParallelism() + 2
  const weightOf = (file: string) => (startsSystems(file) ? 2 : 1)
  await runWithin(places, files, weightOf, async (file) => {
    if (!signal.aborted) outcomes.push(await runFile(root, file, bundled(file), env, signal))
  })
  if (files.length > 5) showSlowest(outcomes)
  const sum = (of: (outcome: Outcome) => number) =>
    outcomes.reduce((total, outcome) => total + of(outcome), 0)
  return {
    passed: sum(({ passed }) => passed),
    failed: sum(({ failed }) => failed),
    skipped: sum(({ skipped }) => skipped),
    reasons: [...new Set(outcomes.flatMap(({ reasons }) => reasons))],
    tests: outcomes.flatMap(({ file, tests }) => tests.map((test) => `${file}: ${test}`)),
  }
}

type FileOutcome = Outcome & { file: string; seconds: number }

function showSlowest(outcomes: readonly FileOutcome[]): void {
  const slowest = outcomes.toSorted((a, b) => b.seconds - a.seconds).slice(0, 5)
  console.log(
    `slowest: ${slowest.map(({ file, seconds }) => `${file} ${seconds.toFixed(0)} s`).join('\n         ')}`,
  )
}

async function runFile(
  root: string,
  file: string,
  program: string,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<FileOutcome> {
  const startedAt = performance.now()
  const child = spawn(process.execPath, ['--enable-source-maps', program], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...env, TAP_TIMEOUT: `${testLimitSeconds}` },
    // A process group of its own, so that what it starts can be ended with it.
    detached: true,
  })
  const end = (how: NodeJS.Signals) => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, how)
    } catch {
      // The group is already empty.
    }
  }
  let kill: NodeJS.Timeout | undefined
  const stop = () => {
    end('SIGTERM')
    kill = setTimeout(end, timeToStopMs, 'SIGKILL')
  }
  const limit = setTimeout(stop, fileLimitMs)
  signal.addEventListener('abort', stop)
  const ended = new Promise<number | string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (status, by) => {
      end('SIGKILL')
      resolve(status ?? by ?? 1)
    })
  })
  const [report, errors, status] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  clearTimeout(limit)
  clearTimeout(kill)
  signal.removeEventListener('abort', stop)

  const { failures, ...counted } = readTap(report)
  const seconds = (performance.now() - startedAt) / 1000
  const outcome = { ...counted, file, seconds }
  if (status === 0) {
    console.log(`ok   ${file} ${seconds.toFixed(1)} s`)
    return outcome
  }
  console.log(`FAIL ${file} ${seconds.toFixed(1)} s`)
  for (const failure of failures) console.log(failure)
  // It broke before or after its tests; its own output says how.
  if (failures.length === 0) console.log(`  ended with ${status}`)
  if (errors !== '') console.log(errors.trimEnd())
  return { ...outcome, failed: Math.max(outcome.failed, 1) }
}

const sources = ['infra', 'services', 'packages', 'bench']

/**
 * Tests that start whole systems come first, since lighter ones would take each place that one of them waits for. Then come
 * those with a browser, then the longer files: what takes long and begins late keeps one core busy
 * at the end.
 */
async function testFiles(root: string, named: readonly string[]): Promise<string[]> {
  const paths = named.length > 0 ? named.map((name) => relative(root, resolve(name))) : sources
  const files = (await Promise.all(paths.map((path) => testsIn(root, path)))).flat()
  const sized = await Promise.all(
    files.map(async (file) => ({ file, size: (await stat(join(root, file))).size })),
  )
  const lengthOf = ({ file, size }: (typeof sized)[number]) =>
    (startsSystems(file) ? 2e9 : usesBrowser(file) ? 1e9 : 0) + size
  return sized.toSorted((a, b) => lengthOf(b) - lengthOf(a)).map(({ file }) => file)
}

async function testsIn(root: string, path: string): Promise<string[]> {
  if (!(await stat(join(root, path))).isDirectory()) return /\/src\/.*\.test\.ts$/.test(path) ? [path] : []
  const entries = await readdir(join(root, path), { withFileTypes: true })
  const inside = entries
    // Links are skipped: their targets are found in their own place.
    .filter((entry) => !entry.isSymbolicLink() && !['node_modules', 'dist'].includes(entry.name))
    .map((entry) => testsIn(root, join(path, entry.name)))
  return (await Promise.all(inside)).flat()
}
