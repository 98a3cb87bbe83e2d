import type { z } from 'zod'
import { describeConfig, parseConfig } from './config.js'
import type { Logger } from './logger.js'
import { type Running, runProcess } from './process.js'

/** A program that serves or works until it is stopped: a process of its own, or one of several in a process. */
export type Entry = {
  /** Names it: `The media API`. */
  readonly title: string
  readonly schema: z.ZodObject
  /**
   * @param own a logger in place of the one it would open
   * @throws ConfigError for variables it cannot use
   */
  readonly open: (env: NodeJS.ProcessEnv, own?: { logger?: Logger }) => Promise<Running>
}

export const entryOf = <Schema extends z.ZodObject>(
  title: string,
  schema: Schema,
  open: (config: z.output<Schema>, own: { logger?: Logger }) => Promise<Running>,
): Entry => ({ title, schema, open: (env, own = {}) => open(parseConfig(schema, env), own) })

/**
 * Runs a program as this process, by its environment: prints what can be configured for `--help`, else opens it and
 * closes it on a signal.
 */
export async function runEntry({ title, schema, open }: Entry): Promise<void> {
  if (process.argv.includes('--help')) {
    process.stdout.write(`${title}. Environment variables:\n${describeConfig(schema)}\n`)
  } else await runProcess(() => open(process.env))
}
