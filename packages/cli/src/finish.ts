import type { Result } from '@likeness/runtime/upkeep'
import type { Command } from 'commander'

/** What commands end with. */
export const exits = { done: 0, failed: 1, usage: 2, partly: 3 } as const

/** The options of every command, and its own. */
export type Given = {
  readonly json?: boolean
  readonly quiet?: boolean
  readonly yes?: boolean
  readonly service?: 'accounts' | 'media'
  readonly url?: string
  readonly token?: string
  readonly dryRun?: boolean
  readonly [name: string]: unknown
}

/** A command that was typed wrongly, or in a place where it cannot work. */
export class UsageError extends Error {
  override name = 'UsageError'
}

/** A failure that its message tells in full. */
export class CommandError extends Error {
  override name = 'CommandError'
}

/**
 * What a command answers: `result` as JSON, and `lines` for people where its fields are not enough. `isWritten`: it wrote
 * its data to stdout itself.
 */
export type Answer = {
  readonly result: Result
  readonly lines?: readonly string[]
  readonly isWritten?: true
}

/**
 * Makes the action of a command: prints what it answers and sets the exit code, 3 for a result with `attention`.
 * @param work is given the options and then the arguments
 */
export const action =
  (work: (given: Given, ...args: string[]) => Promise<Answer>) =>
  async (...parameters: unknown[]): Promise<void> => {
    const command = parameters.at(-1) as Command
    const given = command.optsWithGlobals<Given>()
    try {
      const { result, lines, isWritten } = await work(given, ...(parameters.slice(0, -2) as string[]))
      if (result.attention !== undefined) process.exitCode = exits.partly
      if (isWritten) {
        if (result.attention !== undefined) process.stderr.write(`${result.attention}\n`)
        return
      }
      if (given.json) process.stdout.write(`${JSON.stringify(result)}\n`)
      else if (!given.quiet) process.stdout.write(`${(lines ?? linesOf(result)).join('\n')}\n`)
      if (given.quiet && result.attention !== undefined) process.stderr.write(`${result.attention}\n`)
    } catch (error) {
      if (error instanceof UsageError) command.error(`error: ${error.message}`, { exitCode: exits.usage })
      process.stderr.write(`${await faultOf(error)}\n`)
      process.exitCode = exits.failed
    }
  }

const linesOf = (result: Result) =>
  Object.entries(result).map(([name, value]) => {
    const values = [value]
      .flat()
      .map((one) => (typeof one === 'string' ? one : one === null ? '' : JSON.stringify(one)))
    return `${name}: ${values.length > 1 ? `\n  ${values.join('\n  ')}` : values.join('') || 'none'}`
  })

async function faultOf(error: unknown): Promise<string> {
  if (error instanceof CommandError) return error.message
  const [{ viewFault }, { Problem }, { startupFault }] = await Promise.all([
    import('@likeness/contracts'),
    import('@likeness/runtime/problem'),
    import('@likeness/runtime/process'),
  ])
  if (!(error instanceof Problem)) return outsideFault(error) ?? startupFault(error)
  const faults = (error.details.errors ?? []).map((one) => `${one.path} ${viewFault(one, 'en').message}`)
  return [error.kind.title.en, ...faults].join('\n')
}

/** One line for what a database, a storage, a disk or a sink refused; undefined for any other fault. */
function outsideFault(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const code = 'code' in error ? String(error.code) : ''
  if (code === 'ENOSPC' || error.name === 'StorageFullError') return 'No space is left where it was written.'
  if (code === 'EROFS') return `Nothing can be written there: ${error.message}`
  if (error.name === 'StorageAwayError') return 'The storage does not answer.'
  if (error.name === 'SinkAwayError')
    return error.cause ? `${error.message}: ${reasonOf(error)}` : error.message
  // Wrong log-in, unknown database, missing rights, too many connections, or a server that is going down.
  return /^(?:28|3D|42501|53|57P)/.test(code) ? `The database refused: ${error.message}` : undefined
}

/** What the innermost cause says. */
const reasonOf = ({ message, cause }: Error): string => (cause instanceof Error ? reasonOf(cause) : message)
