import { describeConfig, parseConfig, startupFault } from '@likeness/runtime'
import { Command } from 'commander'
import { MediaConfig } from './config.js'
import { type Deps, openDeps } from './deps.js'
import { migrate } from './index.js'
import { collectGarbage } from './upkeep/collect-garbage.js'
import { expireUploads } from './upkeep/expire-uploads.js'
import { requeueStuck } from './upkeep/requeue-stuck.js'

type Result = Readonly<Record<string, unknown>>

const program = new Command('likeness-media')
  .description('Upkeep of the media service: the same functions as its schedule.')
  .addHelpText('after', `\nEnvironment variables:\n${describeConfig(MediaConfig)}`)
  // Usage errors end with 2, failures with 1.
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))

program
  .command('migrate')
  .description('bring the database up to this release')
  .option('--json', 'print JSON')
  .action((options: { json?: boolean }) =>
    finish(options, async () => {
      const { DATABASE_URL } = parseConfig(MediaConfig.pick({ DATABASE_URL: true }), process.env)
      return { migrated: await migrate(DATABASE_URL) }
    }),
  )

upkeepCommand(
  'expire-uploads',
  'expire unconfirmed uploads past their time and delete their files',
  expireUploads,
)
upkeepCommand('requeue-stuck', 'add the lost jobs of uploads that wait too long', requeueStuck)
upkeepCommand('collect-garbage', 'delete blobs that no row names', collectGarbage)

await program.parseAsync()

function upkeepCommand(
  name: string,
  description: string,
  run: (deps: Deps, options: { dryRun: boolean }) => Promise<Result>,
): void {
  program
    .command(name)
    .description(description)
    .option('--dry-run', 'change nothing, only count')
    .option('--json', 'print JSON')
    .action((options: { dryRun?: boolean; json?: boolean }) =>
      finish(options, async () => {
        const deps = await openDeps(
          parseConfig(MediaConfig.extend({ PORT: MediaConfig.shape.PORT.default(0) }), process.env),
        )
        try {
          return await run(deps, { dryRun: options.dryRun === true })
        } finally {
          await deps.close()
        }
      }),
    )
}

async function finish({ json }: { json?: boolean }, work: () => Promise<Result>): Promise<void> {
  try {
    const result = await work()
    const lines = Object.entries(result).map(
      ([name, value]) => `${name}: ${[value].flat().join(', ') || 'none'}`,
    )
    process.stdout.write(json ? `${JSON.stringify(result)}\n` : `${lines.join('\n')}\n`)
  } catch (error) {
    process.stderr.write(`${startupFault(error)}\n`)
    process.exitCode = 1
  }
}
