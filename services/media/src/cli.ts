import { existsSync } from 'node:fs'
import { commandEnv, describeConfig, parseConfig, StartError, startupFault } from '@likeness/runtime'
import { type BlobStore, openStorage, parseStorageUrl } from '@likeness/storage'
import { Command, InvalidArgumentError } from 'commander'
import type { z } from 'zod'
import { type Rerendered, rerender } from './avatars/rerender.js'
import { MediaConfig } from './config.js'
import { type Deps, openDeps, openWorkerDeps } from './deps.js'
import { migrate } from './index.js'
import { collectGarbage } from './upkeep/collect-garbage.js'
import { deleteOver } from './upkeep/delete-over.js'
import { expireUploads } from './upkeep/expire-uploads.js'
import { moveStorage } from './upkeep/move-storage.js'
import { requeueStuck } from './upkeep/requeue-stuck.js'

type Result = Readonly<Record<string, unknown>>

// How often a long command tells how far it is.
const progressMs = 2_000
const toMib = (bytes: number) => Math.round(bytes / 1_048_576)

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
      const { DATABASE_URL } = settings(MediaConfig.pick({ DATABASE_URL: true }))
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
upkeepCommand(
  'delete-over',
  'delete originals, past versions and trails that the KEEP_… policies keep no longer, and old idempotency keys',
  deleteOver,
)

program
  .command('move-storage')
  .description('copy every blob from one storage to another while both may be in use')
  .requiredOption('--from <url>', 'the old storage, as STORAGE_URL names it', asStorageUrl)
  .requiredOption('--to <url>', 'the new storage', asStorageUrl)
  .option('--verify', 'also compare the content of blobs that are there already')
  .option('--dry-run', 'copy nothing, only count what is missing')
  .option('--json', 'print JSON')
  .action((options: { from: string; to: string; verify?: boolean; dryRun?: boolean; json?: boolean }) =>
    finish(options, () => moveBetween(options)),
  )

program
  .command('rerender')
  .description('make the sizes and formats that avatars lack since the configuration changed')
  .option('--dry-run', 'make nothing, only count')
  .option('--json', 'print JSON')
  .action((options: { dryRun?: boolean; json?: boolean }) =>
    finish(options, () => rerenderAll({ dryRun: options.dryRun === true })),
  )

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
        const deps = await openDeps(readConfig())
        try {
          return await run(deps, { dryRun: options.dryRun === true })
        } finally {
          await deps.close()
        }
      }),
    )
}

/** What a command is told by its environment, or by `npm start` beside it. */
function settings<Schema extends z.ZodObject>(schema: Schema): z.output<Schema> {
  return parseConfig(schema, commandEnv('media', process.env))
}

/** A command listens nowhere. */
function readConfig(): MediaConfig {
  return settings(MediaConfig.extend({ PORT: MediaConfig.shape.PORT.default(0) }))
}

async function rerenderAll(options: { dryRun: boolean }): Promise<Rerendered> {
  const deps = await openWorkerDeps(readConfig())
  const tell = everySoOften()
  try {
    return await rerender(deps, options, ({ incomplete, rendered }, total) =>
      tell(`${incomplete} of ${total} avatars, ${rendered} of them rendered`),
    )
  } finally {
    await deps.close()
  }
}

/** Writes lines to stderr, at most one in a while. */
function everySoOften(): (line: string) => void {
  let toldAt = Date.now()
  return (line) => {
    if (Date.now() - toldAt < progressMs) return
    toldAt = Date.now()
    process.stderr.write(`${line}\n`)
  }
}

function asStorageUrl(url: string): string {
  try {
    parseStorageUrl(url)
    return url
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : '')
  }
}

/** Opening a disk makes its folder, which would have a mistyped one look empty. */
function openOld(url: string): BlobStore {
  const target = parseStorageUrl(url)
  if (target.kind === 'disk' && !existsSync(target.folder)) {
    throw new StartError(`The storage folder ${target.folder} does not exist`)
  }
  return openStorage(url)
}

async function moveBetween(options: {
  from: string
  to: string
  verify?: boolean
  dryRun?: boolean
}): Promise<Result> {
  const [from, to] = [openOld(options.from), openStorage(options.to)]
  const tell = everySoOften()
  try {
    return await moveStorage(
      from,
      to,
      { dryRun: options.dryRun === true, verify: options.verify === true },
      ({ seen, seenBytes, missing, missingBytes }) =>
        tell(
          `${seen} blobs (${toMib(seenBytes)} MiB) seen, ${missing} (${toMib(missingBytes)} MiB) were missing`,
        ),
    )
  } finally {
    await from.close()
    await to.close()
  }
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
