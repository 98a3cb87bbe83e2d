import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { finished } from 'node:stream/promises'
import { runWithin } from './places.js'
import { type FileOutcome, failing, nothingSeen, type Outcome, TapReader } from './read-tap.js'

// Only stops files that hang: many times what the slowest take on a slow machine. tap gives up first, and says which
// test it was.
const lotLimitMs = 60 * 60_000
const testLimitSeconds = 55 * 60
const timeToStopMs = 10_000

/** `*.system.test.ts` start whole systems, which keep two cores busy. */
const startsSystems = (file: string) => /[./]system\.test\.ts$/.test(file)

/** `*.page.test.ts` take long, but their browser waits for their page, and the page for them. */
const usesBrowser = (file: string) => /[./]page\.test\.ts$/.test(file)

/** As many files of a folder share a process: loading what they test, and starting its decoder, takes as long as testing it. */
const mostTogether = 8

/**
 * Runs test files, those of a folder in turn in one process, and prints them as they end and the slowest at the end.
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
  const paths = named.length > 0 ? named.map((name) => relative(root, resolve(name))) : sources
  const found = await Promise.all(
    paths.map(async (path) => (existsSync(join(root, path)) ? testsIn(root, path) : [])),
  )
  const empty = named.filter((_, index) => found[index]?.length === 0)
  if (empty.length > 0) {
    console.log(`FAIL no *.test.ts in ${empty.join(', ')}`)
    return { passed: 0, failed: 1, skipped: 0, reasons: [], tests: [] }
  }
  const lots = await lotsOf(root, [...new Set(found.flat())])
  const { bundleTests } = (await import(new URL('../../bundle/build.mjs', import.meta.url).href)) as {
    readonly bundleTests: (
      lots: readonly (readonly string[])[],
      folder: string,
    ) => Promise<(lot: readonly string[]) => string>
  }
  const bundled = await bundleTests(lots, folder)
  const outcomes: FileOutcome[] = []
  // Three more than the cores, because tests wait for jobs, processes and browsers, and systems for their idle connections.
  const places = availableParallelism() + 3
  const weightOf = ([file = '']: readonly string[]) => (startsSystems(file) ? 2 : 1)
  await runWithin(places, lots, weightOf, async (lot) => {
    if (!signal.aborted) outcomes.push(...(await runLot(root, lot, bundled(lot), env, signal)))
  })
  if (outcomes.length > 5) showSlowest(outcomes)
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

function showSlowest(outcomes: readonly FileOutcome[]): void {
  const slowest = outcomes.toSorted((a, b) => b.seconds - a.seconds).slice(0, 5)
  console.log(
    `slowest: ${slowest.map(({ file, seconds }) => `${file} ${seconds.toFixed(0)} s`).join('\n         ')}`,
  )
}

/** Runs the files of a lot in one process. A file that did not end has failed. */
async function runLot(
  root: string,
  lot: readonly string[],
  program: string,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<FileOutcome[]> {
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
  const limit = setTimeout(stop, lotLimitMs)
  signal.addEventListener('abort', stop)
  const ended = new Promise<number | string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (status, by) => {
      end('SIGKILL')
      resolve(status ?? by ?? 1)
    })
  })
  const outcomes: FileOutcome[] = []
  const add = (outcome: FileOutcome) => {
    show(outcome)
    outcomes.push(outcome)
  }
  const reader = new TapReader(add)
  child.stdout.setEncoding('utf8').on('data', (report: string) => reader.write(report))
  const [errors, status] = await Promise.all([text(child.stderr), ended, finished(child.stdout)])
  clearTimeout(limit)
  clearTimeout(kill)
  signal.removeEventListener('abort', stop)
  const done = new Set(outcomes.map(({ file }) => file))
  const broken = reader.end()
  for (const file of lot.filter((one) => !done.has(one)))
    add(failing(broken?.file === file ? broken : nothingSeen(file), `  ended with ${status}`))
  // All went well, but not the end of their process.
  if (status !== 0 && outcomes.every(({ failed }) => failed === 0))
    add(failing(nothingSeen(lot.join(' ')), `  ended with ${status}`))
  if (outcomes.some(({ failed }) => failed > 0) && errors !== '') console.log(errors.trimEnd())
  return outcomes
}

function show({ file, seconds, failed, failures }: FileOutcome): void {
  console.log(`${failed === 0 ? 'ok  ' : 'FAIL'} ${file} ${seconds.toFixed(1)} s`)
  for (const failure of failures) console.log(failure)
}

const sources = ['infra', 'services', 'packages', 'bench']

/**
 * The files that share a process: those of a folder, but one that starts a system or a browser has its own.
 *
 * Tests that start whole systems come first, since lighter ones would take each place that one of them waits for. Then come
 * those with a browser, then the longer lots: what takes long and begins late keeps one core busy at the end.
 */
async function lotsOf(root: string, files: readonly string[]): Promise<string[][]> {
  const measured = await Promise.all(files.map((file) => measure(root, file)))
  const placeOf = ({ file }: Measured) => (startsSystems(file) || usesBrowser(file) ? file : dirname(file))
  const places = [...new Set(measured.map(placeOf))]
  const lots = places.flatMap((place) => split(measured.filter((one) => placeOf(one) === place)))
  const lengthOf = (lot: readonly Measured[]) => lot.reduce((sum, { length }) => sum + length, 0)
  return lots.toSorted((a, b) => lengthOf(b) - lengthOf(a)).map((lot) => lot.map(({ file }) => file))
}

/** A test file, and how long it may take beside others, by its size and what it starts. */
type Measured = { readonly file: string; readonly length: number }

async function measure(root: string, file: string): Promise<Measured> {
  const { size } = await stat(join(root, file))
  return { file, length: size + (startsSystems(file) ? 2e9 : usesBrowser(file) ? 1e9 : 0) }
}

/** Into lots of about the same length. */
function split(files: readonly Measured[]): Measured[][] {
  const lots = Array.from({ length: Math.ceil(files.length / mostTogether) }, (): Measured[] => [])
  const longestFirst = files.toSorted((a, b) => b.length - a.length)
  for (const [n, one] of longestFirst.entries()) lots[n % lots.length]?.push(one)
  return lots
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
