import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs'
import { setPriority } from 'node:os'
import type { Usage } from './decode-job.js'

/** POSIX nice values go up to 19, where a process gets almost nothing while others want the processor. */
const niceness = 5

/** Linux tells CPU time in ticks of a hundredth of a second, on every architecture (proc_pid_stat(5), USER_HZ). */
const tickMs = 10

/** Looks at the resources of another process; it uses none once it has ended. */
export type UsageWatch = {
  look(): Usage
  close(): void
}

/** Looks by Linux's /proc. The file stays open: opening it for each look costs several times more. */
export function watchProc(pid: number | undefined): UsageWatch {
  let file = openStat(pid)
  const text = Buffer.alloc(1024)
  return {
    look() {
      const length = file === undefined ? 0 : readNow(file, text)
      if (length === 0) return { cpuMs: 0, rssMiB: 0 }
      // The name in brackets may hold spaces. After it, user and system time are the 12th and 13th field, and the
      // resident pages are the 22nd.
      const fields = text.toString('latin1', 0, length).split(') ').at(-1)?.split(' ') ?? []
      return {
        cpuMs: (Number(fields[11]) + Number(fields[12])) * tickMs,
        rssMiB: (Number(fields[21]) * pageKib()) / 1024,
      }
    },
    close() {
      if (file !== undefined) closeSync(file)
      file = undefined
    },
  }
}

function openStat(pid: number | undefined): number | undefined {
  try {
    return openSync(`/proc/${pid}/stat`, 'r')
  } catch {
    // It could not be started, or has ended; its event follows.
    return undefined
  }
}

function readNow(file: number, into: Buffer): number {
  try {
    return readSync(file, into, 0, into.length, 0)
  } catch {
    // It has ended; its exit event follows.
    return 0
  }
}

let knownPageKib: number | undefined

/** How large a page of memory is, which only the C library tells: from what /proc says of this process in both units. */
function pageKib(): number {
  if (knownPageKib === undefined) {
    const kib = /^VmRSS:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1]
    const pages = readFileSync('/proc/self/statm', 'latin1').split(' ')[1]
    knownPageKib = 2 ** Math.round(Math.log2(Number(kib) / Number(pages)))
  }
  return knownPageKib
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
