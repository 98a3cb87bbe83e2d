import { readdirSync, readFileSync } from 'node:fs'

/** What proc_pid_stat(5) says of a process; times in milliseconds. */
type Stat = { readonly parent: number; readonly ownMs: number; readonly reapedMs: number }

// USER_HZ is 100 on every Linux that Node supports.
const msOfTick = 10

function statOf(pid: number): Stat | undefined {
  try {
    // After the name come state, parent, …; user and system time are the 12th and 13th, those of ended children next.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ').map(Number) ?? []
    const [own, reaped] = [11, 13].map((at) => ((fields[at] ?? 0) + (fields[at + 1] ?? 0)) * msOfTick)
    return { parent: fields[1] ?? 0, ownMs: own ?? 0, reapedMs: reaped ?? 0 }
  } catch {
    return undefined
  }
}

/** CPU time and memory are read from /proc: elsewhere they are not known. */
const knowsProcesses = process.platform === 'linux'

/** All processes below one, and itself. */
export function familyOf(pid: number): number[] {
  if (!knowsProcesses) return [pid]
  const parents = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => [Number(name), statOf(Number(name))?.parent]),
  )
  const family = [pid]
  for (const member of family) {
    for (const [child, parent] of parents) if (parent === member) family.push(child)
  }
  return family
}

/** CPU time of one process alone, ms. */
export const ownCpuMs = (pid: number): number => (knowsProcesses ? (statOf(pid)?.ownMs ?? 0) : Number.NaN)

/** CPU time of a process and everything it ever started, ms. */
export function familyCpuMs(pid: number): number {
  if (!knowsProcesses) return Number.NaN
  return familyOf(pid).reduce((sum, member) => {
    const stat = statOf(member)
    return sum + (stat ? stat.ownMs + stat.reapedMs : 0)
  }, 0)
}

/** Memory of processes, MiB: what several share counts once, in parts (PSS). */
export function proportionalMiB(pids: readonly number[]): number {
  if (!knowsProcesses) return Number.NaN
  return pids.reduce((sum, pid) => sum + pssKib(pid), 0) / 1024
}

function pssKib(pid: number): number {
  try {
    return Number(/^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))?.[1] ?? 0)
  } catch {
    return 0
  }
}

/** Watches the memory of processes. @returns a function that stops, and gives the most they had, MiB */
export type Watch = (pids: readonly number[]) => () => number

/** Looks every fifth of a second. */
export const watchMemory: Watch = (pids) => {
  let most = 0
  const look = () => {
    most = Math.max(most, proportionalMiB(pids))
  }
  const timer = setInterval(look, 200)
  return () => {
    clearInterval(timer)
    look()
    return most
  }
}

/** Does not look. */
export const unwatched: Watch = () => () => Number.NaN

/** The name a process gives itself, such as `postgres: likeness media 127.0.0.1(41724) idle`. */
export function titleOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
  } catch {
    return ''
  }
}
