import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { programFile } from '@likeness/test-kit'

export type Env = Readonly<Record<string, string | undefined>>
export type Ran = { readonly status: number; readonly stdout: string; readonly stderr: string }

/** What the program sees of this process: no `npm start`, and where the tests' S3 lets in. */
const envOf = (env: Env): NodeJS.ProcessEnv => {
  const { PATH, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = process.env
  return { PATH, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, DATA_DIR: '/nowhere', ...env }
}

/** Runs the bundled program. */
export function runLikeness(env: Env, ...args: string[]): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [programFile('likeness'), ...args],
      { env: envOf(env), maxBuffer: 64 * 1024 * 1024 },
      (_error, stdout, stderr) => resolve({ status: child.exitCode ?? -1, stdout, stderr }),
    )
  })
}

/** Starts it, to be killed; `ended` settles with the signal that ended it, or its status. */
export function startLikeness(env: Env, ...args: string[]): { child: ChildProcess; ended: Promise<unknown> } {
  const child = spawn(process.execPath, [programFile('likeness'), ...args], {
    env: envOf(env),
    stdio: 'ignore',
  })
  return {
    child,
    ended: new Promise((resolve) => child.once('close', (code, signal) => resolve(signal ?? code))),
  }
}

/** What it printed with `--json`. */
export const json = ({ stdout }: Ran) => JSON.parse(stdout) as Record<string, unknown>

/** The settings of one service beside those of the other: `MEDIA_DATABASE_URL`. */
export const prefixed = (prefix: 'ACCOUNTS' | 'MEDIA', env: Env): Env =>
  Object.fromEntries(Object.entries(env).map(([name, value]) => [`${prefix}_${name}`, value]))
