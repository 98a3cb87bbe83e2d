import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort, waitFor } from '@likeness/test-kit'
import type { Test } from 'tap'

const entry = fileURLToPath(new URL('../../dist/start.js', import.meta.url))

export interface Likeness {
  /** The one origin. */
  url: string
  admin: { email: string; password: string }
  /** All it has printed so far. */
  output(): string
}

/**
 * Runs what `npm start` runs, on a free port with a data folder of its own, until it says that it is ready.
 *
 * @param env added to this process's own, such as `{ QUEUE_URL: 'redis://…' }`
 */
export async function startLikeness(t: Test, env: Readonly<Record<string, string>> = {}): Promise<Likeness> {
  const dataDir = await mkdtemp(join(tmpdir(), 'likeness-start-'))
  const admin = { email: 'admin@likeness.test', password: 'gravel lantern otter 41' }
  const port = await freePort()
  const child = spawn(process.execPath, [entry], {
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      PORT: String(port),
      DATA_DIR: dataDir,
      ADMIN_EMAIL: admin.email,
      ADMIN_PASSWORD: admin.password,
      // Every test comes from one address.
      RATE_LIMIT_PER_IP: 'off',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  t.teardown(async () => {
    child.kill('SIGTERM')
    await ended
    await rm(dataDir, { recursive: true, force: true })
  })
  const ready = await waitFor(
    () => (child.exitCode === null ? /Likeness is ready at (http:\S+)/.exec(output)?.[1] : 'ended'),
    { for: 'Likeness to be ready', timeoutMs: 60_000 },
  )
  if (ready === 'ended') throw new Error(`npm start ended before it was ready:\n${output}`)
  return { url: ready, admin, output: () => output }
}
