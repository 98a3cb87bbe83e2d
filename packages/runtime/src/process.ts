import closeWithGrace from 'close-with-grace'
import { ConfigError } from './config.js'
import type { Logger } from './logger.js'

/** Time a process has to finish its work after a signal. */
const graceMs = 20_000

/** The parts of a process that runs. */
export type Running = { readonly logger: Logger; close(): Promise<void> }

/** A start that fails for a reason its message says in one line. */
export class StartError extends Error {
  override name = 'StartError'
}

/**
 * Runs one of the service's processes: opens it, then closes it on SIGTERM, SIGINT, a fatal error, or when
 * the parent that forked it is gone. A start that fails for a known reason says so in one line, exit code 1.
 */
export async function runProcess(open: () => Promise<Running>): Promise<void> {
  let running: Running
  try {
    running = await open()
  } catch (error) {
    process.stderr.write(`${startupFault(error)}\n`)
    process.exit(1)
  }
  const { logger } = running
  const grace = closeWithGrace(
    {
      delay: graceMs,
      logger: { error: (message: unknown) => logger.error({ detail: String(message) }, 'closing') },
    },
    async ({ err }) => {
      if (err) logger.fatal({ err }, 'fatal')
      await running.close()
    },
  )
  // Only a forked process can send; its parent may be gone before this line is reached.
  if (process.connected) process.once('disconnect', () => grace.close())
  else if (process.send !== undefined) grace.close()
}

/** One line for a fault whose cause is known, the stack for any other. */
export function startupFault(error: unknown): string {
  if (error instanceof ConfigError || error instanceof StartError) return error.message
  if (error instanceof Error && 'code' in error) {
    if (error.code === 'EADDRINUSE') return `The port is taken: ${error.message}`
    if (error.code === 'EACCES') return `Not permitted: ${error.message}`
    if (error.code === 'ECONNREFUSED')
      return `Nothing answers at ${'address' in error ? String(error.address) : ''}:${'port' in error ? String(error.port) : ''}: is it running?`
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
