import {
  assertMigrated,
  type Cursors,
  type Database,
  type EndedSessionsView,
  type JobQueue,
  type Logger,
  openCursors,
  openDatabase,
  openEndedSessions,
  openLogger,
  openOutageLog,
  openQueue,
  secretsOf,
} from '@likeness/runtime'
import type { AccountsConfig } from './config.js'
import { migrations, type Tables } from './database/database.js'
import { type DeviceCookies, openDeviceCookies } from './devices/device-cookies.js'
import { type Mailer, openMailer } from './emails/mailer.js'
import { type OneTimeTokens, openOneTimeTokens } from './emails/one-time-tokens.js'
import { openTemplates, type Templates } from './emails/templates.js'
import { type Groups, openGroups } from './groups/groups.js'
import { type KeyRing, openKeyRing } from './keys/key-ring.js'
import { type MediaClient, openMediaClient } from './media-client.js'
import { type Hasher, openHasher } from './passwords/hasher.js'
import { type Enqueue, enqueueTo } from './queue.js'
import { endedSince } from './sessions/list-ended-sessions.js'
import { openRefreshTokens, type RefreshTokens } from './sessions/refresh-token.js'

/** What every process of the accounts service works with. */
export type Deps = {
  readonly config: AccountsConfig
  readonly logger: Logger
  readonly db: Database<Tables>
  readonly queue: JobQueue
  readonly enqueue: Enqueue
  readonly tokens: OneTimeTokens
  readonly media: MediaClient
  close(): Promise<void>
}

/** What its API has besides. */
export type ApiDeps = Deps & {
  readonly keys: KeyRing
  readonly hasher: Hasher
  readonly refreshTokens: RefreshTokens
  readonly deviceCookies: DeviceCookies
  readonly cursors: Cursors
  readonly groups: Groups
  /** Call `look` where sessions have just ended, so that this process knows at once. */
  readonly ended: EndedSessionsView
}

/** What its worker has besides. */
export type WorkerDeps = Deps & { readonly mailer: Mailer; readonly templates: Templates }

/**
 * The only place that knows which implementations stand behind the types.
 * @throws DatabaseOlderError, DatabaseNewerError when the database is not migrated to this release
 */
export async function openDeps(config: AccountsConfig, overrides: Partial<Deps> = {}): Promise<Deps> {
  const logger = overrides.logger ?? openLogger('accounts', config.LOG_LEVEL)
  const db =
    overrides.db ??
    openDatabase<Tables>(config.DATABASE_URL, {
      name: 'accounts',
      max: config.DATABASE_POOL,
      onError: openOutageLog(logger, 'database'),
    })
  await assertMigrated(db, migrations, 'likeness-accounts migrate')
  const queue = overrides.queue ?? (await openQueue(config.QUEUE_URL, 'accounts', logger))
  return {
    config,
    logger,
    db,
    queue,
    enqueue: enqueueTo(queue, logger),
    tokens: openOneTimeTokens(secretsOf(config.KEY_SECRET, config.KEY_SECRET_OTHER)),
    media: overrides.media ?? openMediaClient(config),
    async close() {
      await queue.close()
      await db.destroy()
    },
  }
}

/**
 * @param overrides replaced by tests that make a part fail
 * @throws ConfigError when KEY_SECRET does not open the signing keys, or GROUPS_FILE is not valid
 */
export async function openApiDeps(
  config: AccountsConfig,
  overrides: Partial<ApiDeps> = {},
): Promise<ApiDeps> {
  const groups = openGroups(config.GROUPS_FILE)
  const deps = await openDeps(config, overrides)
  const onError = (error: unknown) => deps.logger.warn({ err: error }, 'signing keys')
  const keys =
    overrides.keys ??
    (await openKeyRing(deps.db, config, onError).catch(async (error: unknown) => {
      await deps.close()
      throw error
    }))
  const ended = await openEndedSessions((since) => endedSince(deps, since), {
    tokenSeconds: config.ACCESS_TOKEN_SECONDS,
    logger: deps.logger,
  })
  return {
    ...deps,
    keys,
    hasher: overrides.hasher ?? openHasher(config),
    refreshTokens: openRefreshTokens(secretsOf(config.KEY_SECRET, config.KEY_SECRET_OTHER)),
    deviceCookies: openDeviceCookies(
      secretsOf(config.KEY_SECRET, config.KEY_SECRET_OTHER),
      config.DEVICE_DAYS,
    ),
    cursors: openCursors(secretsOf(config.SERVICE_SECRET, config.SERVICE_SECRET_OTHER), 'accounts'),
    groups,
    ended,
    async close() {
      ended.close()
      keys.close()
      await deps.close()
    },
  }
}

/**
 * @param overrides replaced by tests that make a part fail
 * @throws ConfigError when MAIL_TEMPLATES cannot be used
 */
export async function openWorkerDeps(
  config: AccountsConfig,
  overrides: Partial<WorkerDeps> = {},
): Promise<WorkerDeps> {
  const templates = openTemplates(config.MAIL_TEMPLATES, config.PRODUCT_NAME)
  const deps = await openDeps(config, overrides)
  const mailer = overrides.mailer ?? openMailer(config.MAIL_URL, deps.db)
  return {
    ...deps,
    templates,
    mailer,
    async close() {
      // Jobs first: they use the mailer.
      await deps.queue.close()
      mailer.close()
      await deps.close()
    },
  }
}
