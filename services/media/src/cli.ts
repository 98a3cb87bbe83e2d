import { existsSync } from 'node:fs'
import { finish, openCli } from '@likeness/runtime/cli'
import { StartError } from '@likeness/runtime/process'
import { addAudit } from '@likeness/runtime/trail/commands'
import type { Result } from '@likeness/runtime/upkeep'
import { type BlobStore, openStorage, parseStorageUrl } from '@likeness/storage'
import { InvalidArgumentError } from 'commander'
import type { Rerendered } from './avatars/rerender.js'
import { MediaConfig } from './config.js'
import { upkeepTasks } from './upkeep/tasks.js'

// How often a long command reports its progress.
const progressMs = 2_000
const toMib = (bytes: number) => Math.round(bytes / 1_048_576)

const { program, settings, addUpkeep } = openCli('media', {
  description: 'Upkeep of the media service: the functions that also run on its schedule.',
  config: MediaConfig,
  migrate: async (databaseUrl) => (await import('./index.js')).migrate(databaseUrl),
})
/** A command does not listen. */
const readConfig = () => settings(MediaConfig.extend({ PORT: MediaConfig.shape.PORT.default(0) }))
const open = async () => (await import('./deps.js')).openDeps(readConfig())

addUpkeep(upkeepTasks, open)
addAudit({ program }, 'media', async () => ({
  parts: await open(),
  tables: (await import('./database/upload-events.trail.js')).trailTables,
}))

program
  .command('move-storage')
  .description('copy every blob from one storage to another while both may be in use')
  .requiredOption('--from <url>', 'the old storage, as STORAGE_URL names it', asStorageUrl)
  .requiredOption('--to <url>', 'the new storage', asStorageUrl)
  .option('--verify', 'also compare the content of blobs that exist already')
  .option('--dry-run', 'copy nothing, only count what is missing')
  .option('--json', 'print JSON')
  .action((options: { from: string; to: string; verify?: boolean; dryRun?: boolean; json?: boolean }) =>
    finish(options, () => moveBetween(options)),
  )

program
  .command('rerender')
  .description('render the sizes and formats that avatars lack since the configuration changed')
  .option('--dry-run', 'render nothing, only count')
  .option('--json', 'print JSON')
  .action((options: { dryRun?: boolean; json?: boolean }) =>
    finish(options, () => rerenderAll({ dryRun: options.dryRun === true })),
  )

await program.parseAsync()

async function rerenderAll(options: { dryRun: boolean }): Promise<Rerendered> {
  const [{ openWorkerDeps }, { rerender }] = await Promise.all([
    import('./deps.js'),
    import('./avatars/rerender.js'),
  ])
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

/** Writes lines to stderr, with a pause between them. */
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

/** Opening a disk creates its folder, so a mistyped one would look empty. */
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
  const { moveStorage } = await import('./upkeep/move-storage.js')
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
