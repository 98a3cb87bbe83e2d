import { spawn } from 'node:child_process'
import { readdir, stat } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join, relative, resolve } from 'node:path'
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
  // Tests wait for jobs and browsers much of their time.
  const options = [`--jobs=${availableParallelism() + 1}`, '--reporter=tap']
  const more = args.filter((arg) => arg.startsWith('-'))
  const files = await testFiles(
    root,
    args.filter((arg) => !arg.startsWith('-')),
  )
  const child = spawn(process.execPath, [tap, 'run', ...options, ...more, ...files], {
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
  const outcome = await readTap(createInterface({ input: child.stdout }), (line) =>
    console.log(asSource(line)),
  )
  // A run that breaks before it counts anything has failed all the same.
  return (await ended) === 0 ? outcome : { ...outcome, failed: Math.max(outcome.failed, 1) }
}

/** Names a compiled test file by what it was written in. */
const asSource = (line: string) => line.replace(/^(ok|FAIL)( +\S+?)\/dist\/(\S+)\.js\b/, '$1$2/src/$3.ts')

const sources = ['packages', 'services', 'infra', 'bench']

/** The compiled test files of what is named, so that no process has to translate them again. */
async function testFiles(root: string, named: readonly string[]): Promise<string[]> {
  const paths = named.length > 0 ? named.map((name) => relative(root, resolve(name))) : sources
  const found = await Promise.all(paths.map((path) => testsIn(root, path)))
  return found.flat().map((path) => path.replace(/\/src\//, '/dist/').replace(/ts$/, 'js'))
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
