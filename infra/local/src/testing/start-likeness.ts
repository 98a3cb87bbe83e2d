import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, programFile, waitFor } from '@likeness/test-kit'
import type { Test } from 'tap'

export interface Likeness {
  /** The one origin, without a slash at the end. */
  url: string
  admin: { email: string; password: string }
  pid: number
  dataDir: string
  /** Everything it has printed so far, on both streams. */
  output(): string
  /** Asks it to stop and waits: the exit status, or the name of the signal that ended it. */
  stop(signal?: NodeJS.Signals): Promise<number | string>
  /** Ends it and the parts it runs at once, in the middle of whatever they do. On Linux. */
  crash(): Promise<void>
  /** Settles when it has ended, for whatever reason. */
  ended: Promise<number | string>
}

type Environment = Readonly<Record<string, string>>

/**
 * Runs what `npm start` runs, on a free port with a data folder of its own, until it says that it is ready. It is
 * stopped, and its folder deleted, with the test.
 *
 * @param env added to this process's own, such as `{ QUEUE_URL: 'redis://…' }`
 * @throws Error with everything it printed when it ends instead
 */
export async function startLikeness(t: Test, env: Environment = {}): Promise<Likeness> {
  const likeness = await launchLikeness(t, env)
  const isReady = () => /^Likeness is ready at http:\S+$/m.test(likeness.output()) && 'ready'
  const state = await Promise.race([
    waitFor(isReady, { for: 'Likeness to be ready' }),
    likeness.ended.then(() => 'ended'),
  ])
  if (state === 'ended') throw new Error(`npm start ended before it was ready:\n${likeness.output()}`)
  return likeness
}

/** The same without waiting, for a start that is meant to fail, or with options. */
export async function launchLikeness(
  t: Test,
  env: Environment = {},
  options: readonly string[] = [],
): Promise<Likeness> {
  const dataDir = env.DATA_DIR ?? (await mkdtemp(join(tmpdir(), 'likeness-start-')))
  const port = env.PORT ?? String(await freePort())
  const admin = { email: 'admin@likeness.test', password: 'gravel lantern otter 41' }
  const child = spawn(process.execPath, [programFile('start'), ...options], {
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      ADMIN_EMAIL: admin.email,
      ADMIN_PASSWORD: admin.password,
      // Every test comes from one address.
      RATE_LIMIT_PER_IP: 'off',
      ...env,
      PORT: port,
      DATA_DIR: dataDir,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  const ended = new Promise<number | string>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (status, signal) => resolve(status ?? signal ?? 'unknown'))
  })
  const url = `http://127.0.0.1:${port}`
  const stop = (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal)
    return ended
  }
  const crash = async () => {
    const parts = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')
    // The one that would start them again goes first.
    child.kill('SIGKILL')
    for (const pid of parts.trim().split(' ').filter(Boolean)) process.kill(Number(pid), 'SIGKILL')
    await ended
    // A process that was killed keeps its port until the system has cleared it away.
    await waitFor(() => isFree(url), { for: `nothing to listen at ${url}` })
  }
  t.teardown(async () => {
    await stop()
    // A folder that was given belongs to the test that gave it.
    if (env.DATA_DIR === undefined) await rm(dataDir, { recursive: true, force: true, maxRetries: 10 })
  })
  return {
    url,
    admin,
    pid: child.pid ?? -1,
    dataDir,
    output: () => output,
    stop,
    crash,
    ended,
  }
}

const isFree = (url: string): Promise<boolean> =>
  fetch(url).then(
    () => false,
    ({ cause }: Error) => cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED',
  )
