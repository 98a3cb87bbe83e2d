import { readInEnglish, viewFault } from '@likeness/contracts'
import { Command } from 'commander'
import type { z } from 'zod'
import { commandEnv, describeConfig, ProcessConfig, parseConfig } from './config.js'
import { Problem } from './problem.js'
import { startupFault } from './process.js'
import type { Result, UpkeepDeps, UpkeepTask } from './upkeep.js'

/** Partly done, or something found; `attention` of the result says what. */
const exitPartly = 3

export type Options = { readonly json?: boolean }

export type Cli = {
  readonly program: Command
  /** Reads settings from the environment, else from `npm start` beside it. @throws ConfigError */
  readonly settings: <Schema extends z.ZodObject>(schema: Schema) => z.output<Schema>
  /** Adds a command for each task of upkeep, with `--dry-run`. @param open opens the parts that they work with */
  readonly addUpkeep: <Deps extends UpkeepDeps & { close(): Promise<void> }>(
    tasks: Readonly<Record<string, UpkeepTask<Deps>>>,
    open: () => Promise<Deps>,
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
    addUpkeep(tasks, open) {
      for (const [name, task] of Object.entries(tasks)) {
        program
          .command(name)
          .description(task.description)
          .option('--dry-run', 'change nothing, only count')
          .option('--json', 'print JSON')
          .action((options: Options & { dryRun?: boolean }) =>
            finish(options, () => runOnce(open, name, task, options.dryRun === true)),
          )
      }
    },
  }
}

/** Runs a task, unless another run of it is under way, which is no failure: a cron job may come too early. */
async function runOnce<Deps extends UpkeepDeps & { close(): Promise<void> }>(
  open: () => Promise<Deps>,
  name: string,
  task: UpkeepTask<Deps>,
  dryRun: boolean,
): Promise<Result> {
  const { runUpkeep } = await import('./upkeep.js')
  const deps = await open()
  try {
    const { result } = await runUpkeep(deps, name, task, { started_by: 'cli', dry_run: dryRun })
    return result ?? { skipped: 'another run of this task is under way' }
  } finally {
    await deps.close()
  }
}

/** Runs a command and prints its result, as JSON or a line per field. A fault is printed and ends with 1. */
export async function finish({ json }: Options, work: () => Promise<Result>): Promise<void> {
  try {
    const result = await work()
    if (result.attention !== undefined) process.exitCode = exitPartly
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
