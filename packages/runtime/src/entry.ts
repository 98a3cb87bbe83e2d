import type { z } from 'zod'
import { describeConfig, parseConfig } from './config.js'
import { type Running, runProcess } from './process.js'

/**
 * Runs a process of its own by its configuration: prints what can be configured for `--help`, else opens it and closes
 * it on a signal.
 * @param title names the process: `The media API`
 */
export async function runEntry<Schema extends z.ZodObject>(
  title: string,
  schema: Schema,
  open: (config: z.output<Schema>) => Promise<Running>,
): Promise<void> {
  if (process.argv.includes('--help')) {
    process.stdout.write(`${title}. Environment variables:\n${describeConfig(schema)}\n`)
  } else await runProcess(() => open(parseConfig(schema, process.env)))
}
