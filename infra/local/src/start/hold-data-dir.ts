import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Fault } from '../fault.js'

interface Holder {
  pid: number
  /** Distinguishes this process from a later one with the same number. */
  started: string
  url: string
}

/**
 * Creates the data folder, and holds it for this process alone until it ends. The hold of a killed process does not
 * count.
 *
 * @param url where Likeness will answer; a second start reports it
 * @returns a function that releases it
 * @throws Fault when it cannot be written, or another Likeness runs on it
 */
export function holdDataDir(dataDir: string, url: string): () => void {
  const file = join(dataDir, 'running.json')
  const self: Holder = { pid: process.pid, started: startOf(process.pid) ?? '', url }
  makeFolder(dataDir)
  try {
    const holder = readHolder(file)
    if (holder !== undefined && holder.pid !== process.pid && startOf(holder.pid) === holder.started) {
      throw new Fault(`Likeness already runs on ${dataDir} (process ${holder.pid}, ${holder.url}).`)
    }
    rmSync(file, { force: true })
    // Fails when another start was a moment faster.
    writeFileSync(file, JSON.stringify(self), { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if (error instanceof Fault) throw error
    const { code } = error as NodeJS.ErrnoException
    throw code === 'EEXIST'
      ? new Fault(`Likeness is just being started on ${dataDir}.`)
      : notWritable(dataDir, code)
  }
  return () => rmSync(file, { force: true })
}

function makeFolder(dataDir: string): void {
  try {
    // Node makes missing parents, too, but tries for ever where there can be none, as in /proc.
    if (!existsSync(dirname(dataDir))) makeFolder(dirname(dataDir))
    mkdirSync(dataDir, { mode: 0o700 })
  } catch (error) {
    if (error instanceof Fault) throw error
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' && statSync(dataDir).isDirectory()) return
    if (code === 'EEXIST' || code === 'ENOTDIR')
      throw new Fault(`${dataDir} is a file, or in one: set DATA_DIR to a folder.`)
    throw notWritable(dataDir, code)
  }
}

const notWritable = (dataDir: string, code: string | undefined) =>
  new Fault(`The data folder ${dataDir} cannot be written (${code}): set DATA_DIR to another one.`)

function readHolder(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** The start time of a living process, in whatever unit the system uses; undefined when there is none. */
function startOf(pid: number): string | undefined {
  if (process.platform !== 'linux') {
    const { stdout } = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' })
    return stdout.trim() || undefined
  }
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    // Field 22, counted after the command, which is in parentheses and may hold anything (proc_pid_stat(5)).
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
    return fields[0] === 'Z' ? undefined : `${boot} ${fields[19]}`
  } catch {
    return undefined
  }
}
