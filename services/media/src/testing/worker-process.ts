import { readFileSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startProcess, waitFor } from '@likeness/test-kit'
import type { Test } from 'tap'
import type { Media } from './start-media.js'

/** The worker as a process of its own, which can be killed. Reads /proc, so only on Linux. */
export async function startWorker(t: Test, media: Media) {
  const temporary = await mkdtemp(join(tmpdir(), 'likeness-worker-'))
  t.teardown(() => rm(temporary, { recursive: true, force: true }))
  const { PORT: _, ...env } = media.env
  const worker = await startProcess(t, 'media-worker', { ...env, TMPDIR: temporary })
  const { pid } = worker

  /**
   * Kills while the decoder is busy with a picture, of which it then holds 60 MiB and more. Call it before the picture
   * is sent: a test that looks later may find it done.
   */
  async function atDecoding(victim: (decoder: number) => number): Promise<void> {
    const isBusy = () => {
      const decoder = childrenOf(pid)[0] ?? 0
      if (residentMiB(decoder) < 150) return false
      process.kill(victim(decoder), 'SIGKILL')
      return true
    }
    await waitFor(isBusy, { for: 'a decoder to work', everyMs: 2 })
  }

  /** @returns when it and its decoders are gone: what it left in its folder for temporary files */
  async function leftBy(decoders: number[]): Promise<string[]> {
    await worker.ended
    await waitFor(async () => (await Promise.all(decoders.map(isAlive))).every((alive) => !alive), {
      for: 'its decoders to be gone',
    })
    return readdir(temporary)
  }

  return {
    kill: (): Promise<string[]> => {
      const decoders = childrenOf(pid)
      process.kill(pid, 'SIGKILL')
      return leftBy(decoders)
    },
    killAtDecoding: async (): Promise<string[]> => {
      let decoders: number[] = []
      await atDecoding(() => {
        decoders = childrenOf(pid)
        return pid
      })
      return leftBy(decoders)
    },
    killDecoderAtDecoding: () => atDecoding((decoder) => decoder),
  }
}

const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim().split(' ').filter(Boolean).map(Number)

const residentMiB = (pid: number): number =>
  Number(/^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0) / 1024

/** A zombie counts as dead: its parent has yet to collect it. */
const isAlive = (pid: number): Promise<boolean> =>
  readFile(`/proc/${pid}/status`, 'latin1').then(
    (status) => !/^State:\s*Z/m.test(status),
    () => false,
  )
