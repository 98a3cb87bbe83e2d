import { spawnSync } from 'node:child_process'
import { readFile, readlink, realpath, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { waitFor } from '@likeness/test-kit/processes'

/**
 * Clears what an earlier server left in the cluster. A server that still runs (its keeper is stopping it, or was killed
 * itself) is stopped and waited for. A lock file whose process number now belongs to some other program, as after a
 * container restart, is deleted: PostgreSQL itself would refuse to start.
 *
 * Call it only while holding the data folder, see hold-data-dir.ts.
 *
 * @throws Error when the earlier server does not end
 */
export async function endPreviousPostgres(folder: string): Promise<void> {
  const lockFile = join(folder, 'postmaster.pid')
  const lock = await readFile(lockFile, 'utf8').catch(() => undefined)
  if (lock === undefined) return
  const pid = Number.parseInt(lock, 10)
  if (pid > 0 && (await worksIn(pid, folder))) {
    process.kill(pid, 'SIGINT')
    const gone = async () => !(await worksIn(pid, folder))
    await waitFor(gone, { for: `the PostgreSQL of an earlier start (process ${pid}) to end` })
  }
  await rm(lockFile, { force: true })
}

/** Whether the process lives and is a server of this cluster: PostgreSQL's working directory is its cluster. */
async function worksIn(pid: number, folder: string): Promise<boolean> {
  try {
    if (process.platform === 'linux') return (await readlink(`/proc/${pid}/cwd`)) === (await realpath(folder))
  } catch {
    return false
  }
  const { stdout } = spawnSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
  return stdout.includes(folder)
}
