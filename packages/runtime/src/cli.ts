import { readInEnglish, viewFault } from '@likeness/contracts'
import { Command } from 'commander'
import type { z } from 'zod'
import { commandEnv, describeConfig, ProcessConfig, parseConfig } from './config.js'
import { Problem } from './problem.js'
import { startupFault } from './process.js'

/** What a command prints, by name. */
export type Result = Readonly<Record<string, unknown>>
export type Options = { readonly json?: boolean }

export type Cli = {
  readonly program: Command
  /** Reads settings from the environment, else from `npm start` beside it. @throws ConfigError */
  readonly settings: <Schema extends z.ZodObject>(schema: Schema) => z.output<Schema>
  /**
   * Adds a command of upkeep: the function that the schedule runs, once, with `--dry-run`.
   * @param load gives what opens its parts and what it runs; both are loaded when it runs, so that `--help` is quick
   */
  readonly addUpkeep: <Deps extends { close(): Promise<void> }>(
    name: string,
    description: string,
    load: () => Promise<{
      open: () => Promise<Deps>
      run: (deps: Deps, options: { dryRun: boolean }) => Promise<Result>
    }>,
  ) => void
}

/** The commands of a service, with `migrate` among them. Usage errors end with 2, failures with 1. */
export function openCli(
  service: 'accounts' | 'media',
  {
    description,
    config,
    migrate,
  }: {
    description: string
    config: z.ZodObject
    migrate: (databaseUrl: string) => Promise<string[]>
  },
): Cli {
  const program = new Command(`likeness-${service}`)
    .description(description)
    .addHelpText('after', `\nEnvironment variables:\n${describeConfig(config)}`)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  const settings: Cli['settings'] = (schema) => parseConfig(schema, commandEnv(service, process.env))
  program
    .command('migrate')
    .description('bring the database up to this release')
    .option('--json', 'print JSON')
    .action((options: Options) =>
      finish(options, async () => {
        const { DATABASE_URL } = settings(ProcessConfig.pick({ DATABASE_URL: true }))
        return { migrated: await migrate(DATABASE_URL) }
      }),
    )
  return {
    program,
    settings,
    addUpkeep(name, description, load) {
      program
        .command(name)
        .description(description)
        .option('--dry-run', 'change nothing, only count')
        .option('--json', 'print JSON')
        .action((options: Options & { dryRun?: boolean }) =>
          finish(options, async () => {
            const { open, run } = await load()
            const deps = await open()
            try {
              return await run(deps, { dryRun: options.dryRun === true })
            } finally {
              await deps.close()
            }
          }),
        )
    },
  }
}

/** Runs a command and prints its result, as JSON or a line per field. A fault is printed and ends with 1. */
export async function finish({ json }: Options, work: () => Promise<Result>): Promise<void> {
  try {
    const result = await work()
    process.stdout.write(json ? `${JSON.stringify(result)}\n` : `${linesOf(result).join('\n')}\n`)
  } catch (error) {
    process.stderr.write(`${faultOf(error)}\n`)
    process.exitCode = 1
  }
}

/** Reads what was typed by a schema, or ends with 2 and every fault of it. */
export function usage<Schema extends z.ZodType>(
  command: Command,
  schema: Schema,
  given: unknown,
): z.output<Schema> {
  const reading = readInEnglish(schema, given)
  if (!reading.faults) return reading.value
  const faults = reading.faults.map(({ path, message }) => `${path} ${message}`.trim())
  return command.error(`error: ${faults.join('; ')}`, { exitCode: 2 })
}

const linesOf = (result: Result) =>
  Object.entries(result).map(([name, value]) => {
    const values = [value].flat()
    return `${name}: ${values.length > 1 ? `\n  ${values.join('\n  ')}` : values.join('') || 'none'}`
  })

function faultOf(error: unknown): string {
  if (!(error instanceof Problem)) return startupFault(error)
  const faults = (error.details.errors ?? []).map((one) => `${one.path} ${viewFault(one, 'en').message}`)
  return [error.kind.title.en, ...faults].join('\n')
}
