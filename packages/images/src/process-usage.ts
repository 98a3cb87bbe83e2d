import { readdirSync, readFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import type { Usage } from './decode-job.js'

/** POSIX nice values go up to 19, where a process gets almost nothing while others want the processor. */
const niceness = 5

/** Linux tells CPU time in ticks of a hundredth of a second, on every architecture (proc_pid_stat(5), USER_HZ). */
const tickMs = 10

/**
 * The resources a process uses, from Linux's /proc. `status` is in kibibytes, while `statm` is in pages whose size
 * only the C library knows.
 */
export function usageFromProc(pid: number | undefined): Usage {
  try {
    const kib = /^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]
    // The name in brackets may hold spaces; user and system time are the 12th and 13th fields after it.
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ') ?? []
    return {
      cpuMs: (Number(fields[11]) + Number(fields[12])) * tickMs,
      rssMiB: Number(kib ?? 0) / 1024,
    }
  } catch {
    // The process has ended; its exit event follows.
    return { cpuMs: 0, rssMiB: 0 }
  }
}

/** Lets every process of usual priority go before this one. Linux keeps a priority for each thread. */
export function stepBack(pid: number | undefined): void {
  if (pid === undefined) return
  for (const thread of threadsOf(pid)) {
    try {
      setPriority(thread, niceness)
    } catch {
      // The thread has ended, or its priority is lower already.
    }
  }
}

function threadsOf(pid: number): number[] {
  if (process.platform !== 'linux') return [pid]
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number)
  } catch {
    return []
  }
}
