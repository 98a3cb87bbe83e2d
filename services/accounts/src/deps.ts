import { type CallService, openServiceCaller } from '@likeness/runtime/call-service'
import { type Cursors, openCursors } from '@likeness/runtime/cursor'
import { type Database, openDatabase } from '@likeness/runtime/database'
import { type EndedSessionsView, openEndedSessions } from '@likeness/runtime/ended-sessions'
import { type Logger, openLogger } from '@likeness/runtime/logger'
import { assertMigrated } from '@likeness/runtime/migrations'
import { openParts } from '@likeness/runtime/open-parts'
import { openOutageLog } from '@likeness/runtime/outage-log'
import { type JobQueue, openQueue } from '@likeness/runtime/queue'
import { secretsOf } from '@likeness/runtime/secrets'
import type { AccountsConfig } from './config.js'
import { type DeviceCookies, openDeviceCookies } from './credentials/device-cookies.js'
import { endedSince } from './credentials/ended-since.js'
import { type Hasher, openHasher } from './credentials/hasher.js'
import { type OneTimeTokens, openOneTimeTokens } from './credentials/one-time-tokens.js'
import { openRefreshTokens, type RefreshTokens } from './credentials/refresh-token.js'
import { migrations, type Tables } from './database/database.js'
import { type Groups, openGroups } from './groups/groups.js'
import { type KeyRing, openKeyRing } from './keys/key-ring.js'
import { type Mailer, openMailer } from './mail/mailer.js'
import { openTemplates, type Templates } from './mail/templates.js'
import { type Enqueue, enqueueTo, kinds } from './queue.js'

/** The parts that every process of the accounts service works with. */
export type Deps = {
  readonly config: AccountsConfig
  readonly logger: Logger
  readonly db: Database<Tables>
  readonly queue: JobQueue
  readonly enqueue: Enqueue
  readonly tokens: OneTimeTokens
  readonly media: CallService<'media'>
  close(): Promise<void>
}

/** The API's own parts as well. */
export type ApiDeps = Deps & {
  readonly keys: KeyRing
  readonly hasher: Hasher
  readonly refreshTokens: RefreshTokens
  readonly deviceCookies: DeviceCookies
  readonly cursors: Cursors
  readonly groups: Groups
  /** Call `look` when sessions have just ended, so that this process knows at once. */
  readonly ended: EndedSessionsView
}

/** The worker's own parts as well. */
export type WorkerDeps = Deps & { readonly mailer: Mailer; readonly templates: Templates }

/**
 * The only place that knows which implementations stand behind the types.
 * @param overrides parts that tests replace
 * @throws StartError when the database is not migrated to this release
 */
export const openDeps = (config: AccountsConfig, overrides: Partial<Deps> = {}): Promise<Deps> =>
  openParts(async (parts) => {
    const logger = overrides.logger ?? openLogger('accounts', config.LOG_LEVEL)
    const onError = openOutageLog(logger, 'database')
    const db =
      overrides.db ??
      openDatabase<Tables>(config.DATABASE_URL, { name: 'accounts', max: config.DATABASE_POOL, onError })
    parts.keep(db, (opened) => opened.destroy())
    await assertMigrated(db, migrations, 'likeness migrate')
    const queue = overrides.queue ?? (await openQueue(config.QUEUE_URL, 'accounts', kinds, logger))
    parts.keep(queue, (opened) => opened.close())
    return {
      config,
      logger,
      db,
      queue,
      enqueue: enqueueTo(queue, logger),
      tokens: openOneTimeTokens(secretsOf(config.KEY_SECRET, config.KEY_SECRET_OTHER)),
      media:
        overrides.media ??
        openServiceCaller({
          to: 'media',
          from: 'accounts',
          origin: config.MEDIA_URL,
          secret: config.SERVICE_SECRET,
        }),
    }
  })

/**
 * @param overrides parts that tests replace
 * @throws ConfigError when KEY_SECRET does not open the signing keys, or GROUPS_FILE is not valid
 */
export const openApiDeps = (config: AccountsConfig, overrides: Partial<ApiDeps> = {}): Promise<ApiDeps> =>
  openParts(async (parts) => {
    const groups = openGroups(config.GROUPS_FILE)
    const deps = parts.keep(await openDeps(config, overrides), (opened) => opened.close())
    const onError = (error: unknown) => deps.logger.warn({ err: error }, 'could not read the signing keys')
    const keys = overrides.keys ?? (await openKeyRing(deps.db, config, onError))
    parts.keep(keys, (opened) => opened.close())
    const ended = await openEndedSessions((since) => endedSince(deps, since), {
      tokenSeconds: config.ACCESS_TOKEN_SECONDS,
      logger: deps.logger,
    })
    parts.keep(ended, (opened) => opened.close())
    const secrets = secretsOf(config.KEY_SECRET, config.KEY_SECRET_OTHER)
    return {
      ...deps,
      keys,
      hasher: overrides.hasher ?? openHasher(config),
      refreshTokens: openRefreshTokens(secrets),
      deviceCookies: openDeviceCookies(secrets, config.DEVICE_DAYS),
      cursors: openCursors(secretsOf(config.SERVICE_SECRET, config.SERVICE_SECRET_OTHER), 'accounts'),
      groups,
      ended,
    }
  })

/**
 * @param overrides parts that tests replace
 * @throws ConfigError when MAIL_TEMPLATES cannot be used
 */
export const openWorkerDeps = (
  config: AccountsConfig,
  overrides: Partial<WorkerDeps> = {},
): Promise<WorkerDeps> =>
  openParts(async (parts) => {
    const templates = openTemplates(config.MAIL_TEMPLATES, config.PRODUCT_NAME)
    const deps = parts.keep(await openDeps(config, overrides), (opened) => opened.close())
    const mailer = overrides.mailer ?? openMailer(config.MAIL_URL, deps.db)
    parts.keep(mailer, (opened) => opened.close())
    // Jobs end first: they use the mailer.
    parts.keep(deps.queue, (opened) => opened.close())
    return { ...deps, templates, mailer }
  })
