// A separate process that runs one program and never lets it outlive the process that asked for it: when that process
// ends, by whatever means, its IPC channel closes and the program is stopped. Node programs see that channel close by
// themselves; PostgreSQL and Redis need this.
import { spawn } from 'node:child_process'
import { openSync, rmSync } from 'node:fs'
import type { KeepOptions } from './keep.js'

/** After this long the program is killed, even with unfinished work. */
const STOP_MS = 10_000

const options: KeepOptions = JSON.parse(process.argv[2] ?? '')
const log = openSync(options.logFile, 'a')
const program = spawn(options.command, options.args, {
  cwd: options.cwd,
  stdio: ['ignore', log, log],
  ...options.owner,
})
program.once('error', (error) => end(1, error.message))
program.once('exit', (status, signal) => end(status ?? 1, signal))

process.once('disconnect', stop)
process.on('SIGTERM', stop)
// Ctrl-C reaches a whole terminal group, but the process that asked decides when this stops.
process.on('SIGINT', () => undefined)

function stop() {
  program.kill(options.stopSignal)
  setTimeout(() => program.kill('SIGQUIT'), STOP_MS).unref()
}

function end(status: number, reason: string | null) {
  for (const folder of options.removeAfterwards ?? [])
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  if (process.connected) process.send?.({ status, reason }, () => process.exit(status))
  else process.exit(status)
}
