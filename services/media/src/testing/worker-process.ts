import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startProcess, waitFor } from '@likeness/test-kit'
import type { Test } from 'tap'
import type { Media } from './start-media.js'

const program = fileURLToPath(new URL('../../dist/worker.js', import.meta.url))

/** The worker as a process of its own, which can be killed. Reads /proc, so only on Linux. */
export async function startWorker(t: Test, media: Media) {
  const temporary = await mkdtemp(join(tmpdir(), 'likeness-worker-'))
  t.teardown(() => rm(temporary, { recursive: true, force: true }))
  const { PORT: _, ...env } = media.env
  const worker = await startProcess(t, program, { ...env, TMPDIR: temporary })
  const { pid } = worker
  return {
    /** Resolves while its decoder is busy with a picture of which it holds 60 MiB and more. */
    decoding: () =>
      waitFor(async () => (await residentMiB(await decoderOf(pid))) > 150, {
        for: 'a decoder to work',
        everyMs: 2,
      }),
    /** Kills its decoder. */
    killDecoder: async () => void process.kill(await decoderOf(pid), 'SIGKILL'),
    /** Kills it. @returns when its decoders are gone, too: what it left in its folder for temporary files */
    kill: async (): Promise<string[]> => {
      const children = await childrenOf(pid)
      await worker.stop('SIGKILL')
      await waitFor(async () => (await Promise.all(children.map(isAlive))).every((alive) => !alive), {
        for: 'its decoders to be gone',
      })
      return readdir(temporary)
    },
  }
}

const childrenOf = async (pid: number): Promise<number[]> =>
  (await readFile(`/proc/${pid}/task/${pid}/children`, 'latin1'))
    .trim()
    .split(' ')
    .filter(Boolean)
    .map(Number)

const decoderOf = async (pid: number): Promise<number> => (await childrenOf(pid))[0] ?? 0

const residentMiB = async (pid: number): Promise<number> =>
  Number(/^VmRSS:\s*(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0) / 1024

/** A zombie is dead: whoever adopted it has yet to look at it. */
const isAlive = (pid: number): Promise<boolean> =>
  readFile(`/proc/${pid}/status`, 'latin1').then(
    (status) => !/^State:\s*Z/m.test(status),
    () => false,
  )
