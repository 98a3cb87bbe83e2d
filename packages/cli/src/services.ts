import type { Deps as AccountsDeps } from '@likeness/accounts/operations'
import type { Deps as MediaDeps, WorkerDeps } from '@likeness/media/operations'
import { readStarted } from '@likeness/runtime/started-services'
import type { z } from 'zod'
import { type Given, UsageError } from './finish.js'

export type Service = 'accounts' | 'media'
const both: readonly Service[] = ['accounts', 'media']

/**
 * The services that a command works on: one that was named, otherwise all that have it, of those that `npm start` runs.
 * @throws UsageError when that is not clear
 */
export function servicesOf({ service }: Given, owners: readonly Service[] = both): readonly Service[] {
  if (service !== undefined) {
    if (!owners.includes(service))
      throw new UsageError(`this command is not of ${service}, but of ${owners.join(', ')}`)
    return [service]
  }
  if (owners.length > 1 && (process.env.DATABASE_URL || process.env.DATABASE_URL_FILE)) {
    throw new UsageError(
      'DATABASE_URL is set, but not whose it is: set LIKENESS_SERVICE (or --service), or MEDIA_DATABASE_URL and ACCOUNTS_DATABASE_URL',
    )
  }
  const started = process.env.DATABASE_URL ? undefined : startedServices()
  if (!started) return owners
  const running = owners.filter((owner) => owner in started)
  if (running.length === 0) throw new UsageError(`npm start runs no ${owners.join(', ')} here`)
  return running
}

/** A file that cannot be read is told by what reads the settings. */
function startedServices() {
  try {
    return readStarted(process.env)
  } catch {
    return undefined
  }
}

/** The environment of a service: `MEDIA_…` before what is set for both, and before `npm start` beside it. */
export async function envOf(service: Service): Promise<NodeJS.ProcessEnv> {
  const { commandEnv } = await import('@likeness/runtime/config')
  const prefix = `${service.toUpperCase()}_`
  const own = Object.entries(process.env).flatMap(([name, value]) =>
    name.startsWith(prefix) ? [[name.slice(prefix.length), value] as const] : [],
  )
  return commandEnv(service, { ...process.env, ...Object.fromEntries(own) })
}

/**
 * The settings of a service that a command needs.
 * @throws ConfigError, which says so where no `npm start` is found that has them
 */
export async function settingsOf<Schema extends z.ZodObject>(
  service: Service,
  schema: Schema,
): Promise<z.output<Schema>> {
  return parseSettings(schema, await envOf(service))
}

/** @throws ConfigError as `settingsOf` does */
export async function parseSettings<Schema extends z.ZodObject>(
  schema: Schema,
  env: NodeJS.ProcessEnv,
): Promise<z.output<Schema>> {
  const { ConfigError, parseConfig } = await import('@likeness/runtime/config')
  try {
    return parseConfig(schema, env)
  } catch (error) {
    const isSetUp = env.DATABASE_URL || env.DATABASE_URL_FILE
    throw error instanceof ConfigError && !isSetUp ? new ConfigError([...error.faults, nothingRuns()]) : error
  }
}

const nothingRuns = () =>
  `No npm start runs on ${process.env.DATA_DIR || '.likeness'}, which would have them: start it, name its data folder in DATA_DIR, or set them`

/** Opens the parts of media; its log goes to stderr. */
export async function openMedia(): Promise<MediaDeps> {
  const [{ openDeps }, parts] = await Promise.all([import('@likeness/media/operations'), mediaParts()])
  return openDeps(parts.config, { logger: parts.logger })
}

/** Opens the parts of media's worker, which decode. */
export async function openMediaWorker(): Promise<WorkerDeps> {
  const [{ openWorkerDeps }, parts] = await Promise.all([import('@likeness/media/operations'), mediaParts()])
  return openWorkerDeps(parts.config, { logger: parts.logger })
}

async function mediaParts() {
  const [{ MediaConfig }, { openLogger }] = await Promise.all([
    import('@likeness/media/config'),
    import('@likeness/runtime/logger'),
  ])
  // A command does not listen.
  const config = await settingsOf('media', MediaConfig.extend({ PORT: MediaConfig.shape.PORT.default(0) }))
  return { config, logger: openLogger('media', config.LOG_LEVEL, 'stderr') }
}

/** Opens the parts of accounts; its log goes to stderr. */
export async function openAccounts(): Promise<AccountsDeps> {
  const [{ openDeps }, { AccountsConfig }, { openLogger }] = await Promise.all([
    import('@likeness/accounts/operations'),
    import('@likeness/accounts/config'),
    import('@likeness/runtime/logger'),
  ])
  const config = await settingsOf(
    'accounts',
    AccountsConfig.extend({ PORT: AccountsConfig.shape.PORT.default(0) }),
  )
  return openDeps(config, { logger: openLogger('accounts', config.LOG_LEVEL, 'stderr') })
}

/**
 * Opens what the services of this deployment keep: the addresses of their databases, and the storage. Media may work
 * without accounts, which --service (LIKENESS_SERVICE) says, or `npm start`, and the lack of ACCOUNTS_URL confirms.
 * @throws ConfigError, UsageError
 */
export async function openSource(given: Given) {
  const [{ ProcessConfig }, { MediaConfig }, { openStorage, withFallback }] = await Promise.all([
    import('@likeness/runtime/config'),
    import('@likeness/media/config'),
    import('@likeness/storage'),
  ])
  const services = servicesOf(given)
  if (!services.includes('media')) throw new UsageError('what accounts keeps makes sense only beside media')
  const url = ProcessConfig.pick({ DATABASE_URL: true })
  const accounts = services.includes('accounts') ? await settingsOf('accounts', url) : undefined
  const media = await settingsOf(
    'media',
    url.extend(MediaConfig.pick({ STORAGE_URL: true, STORAGE_FALLBACK_URL: true, ACCOUNTS_URL: true }).shape),
  )
  if (!accounts && media.ACCOUNTS_URL !== undefined)
    throw new UsageError(
      'media works with accounts (ACCOUNTS_URL), so this is of both: leave out --service and LIKENESS_SERVICE, and set ACCOUNTS_DATABASE_URL and MEDIA_DATABASE_URL',
    )
  const { STORAGE_URL, STORAGE_FALLBACK_URL: fallback } = media
  const storage =
    fallback === undefined
      ? openStorage(STORAGE_URL)
      : withFallback(openStorage(STORAGE_URL), openStorage(fallback))
  return {
    urls: { accounts: accounts?.DATABASE_URL, media: media.DATABASE_URL },
    storage,
    close: () => storage.close(),
  }
}

/** Does something with what was opened, and closes it. */
export async function using<Opened extends { close(): Promise<void> }, Done>(
  opening: Promise<Opened>,
  work: (opened: Opened) => Promise<Done>,
): Promise<Done> {
  const opened = await opening
  try {
    return await work(opened)
  } finally {
    await opened.close()
  }
}
