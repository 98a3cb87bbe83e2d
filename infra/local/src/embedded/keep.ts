import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export interface KeepOptions {
  command: string
  args: string[]
  /** Both streams of the program are appended to it. */
  logFile: string
  /** The signal that asks the program to end in good order. */
  stopSignal: NodeJS.Signals
  cwd?: string
  /** The user to run it as; only root can choose. */
  owner?: { uid: number; gid: number }
  /** Folders to delete once the program has ended, even when this process is gone by then. */
  removeAfterwards?: readonly string[]
}

export interface Kept {
  readonly running: boolean
  /** Settles with the exit status of the program, or 1 when a signal ended it. */
  ended: Promise<number>
  /** Stops it in good order and waits. */
  stop(): Promise<void>
}

/** Runs a program that is not Node so that it never outlives this process, not even a SIGKILL. */
export function keep(options: KeepOptions): Kept {
  const keeper = fork(fileURLToPath(new URL('./keeper.js', import.meta.url)), [JSON.stringify(options)], {
    // Out of the terminal's group: Ctrl-C must not stop the database before those who use it.
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv: [],
  })
  let running = true
  const ended = new Promise<number>((resolve) => {
    keeper.once('error', () => resolve(1))
    keeper.once('exit', (status) => resolve(status ?? 1))
  }).finally(() => {
    running = false
  })
  return {
    get running() {
      return running
    },
    ended,
    async stop() {
      keeper.kill('SIGTERM')
      await ended
    },
  }
}
