import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Outcome {
  passed: number
  failed: number
  skipped: number
  /** Why tests were skipped, each reason once. */
  skips: string[]
}

/**
 * Runs the test files with tap and counts their assertions.
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
  const folder = await mkdtemp(join(tmpdir(), 'likeness-tap-'))
  try {
    const report = join(folder, 'report.tap')
    const status = await tap(root, env, signal, [
      `--jobs=${availableParallelism()}`,
      `--reporter=${process.stdout.isTTY ? 'base' : 'min'}`,
      `--output-file=${report}`,
      ...(await Promise.all(args.map(testFiles))),
    ])
    return count(await readFile(report, 'utf8').catch(() => ''), status)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** tap takes files and patterns; a folder stands for the test files in it. */
async function testFiles(arg: string): Promise<string> {
  const found = arg.startsWith('-') ? undefined : await stat(arg).catch(() => undefined)
  return found?.isDirectory() === true ? `${arg.replace(/\/+$/, '')}/**/*.test.ts` : arg
}

async function tap(root: string, env: NodeJS.ProcessEnv, signal: AbortSignal, args: string[]) {
  const child = spawn(process.execPath, [join(root, 'node_modules/tap/dist/esm/run.mjs'), 'run', ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env,
    signal,
    killSignal: 'SIGTERM',
  })
  return new Promise<number>((resolve) => {
    child.once('error', () => resolve(1))
    child.once('close', (status) => resolve(status ?? 1))
  })
}

/** tap ends its report with `# { total: 8, pass: 3, fail: 4, skip: 1 }`, leaving out what is zero. */
function count(report: string, status: number): Outcome {
  const totals = report.match(/^# \{ (.*) \}$/gm)?.at(-1) ?? ''
  const number = (name: string) => Number(new RegExp(`\\b${name}: (\\d+)`).exec(totals)?.[1] ?? 0)
  const skips = new Set(
    [...report.matchAll(/^\s*ok .* # SKIP(.*)$/gm)].map(([, reason]) => reason?.trim() ?? ''),
  )
  return {
    passed: number('pass'),
    // A run that breaks before it counts anything has failed all the same.
    failed: Math.max(number('fail') + number('todo'), status === 0 ? 0 : 1),
    skipped: number('skip'),
    skips: [...skips],
  }
}
