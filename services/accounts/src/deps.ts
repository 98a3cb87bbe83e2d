import {
  assertMigrated,
  type Cursors,
  type Database,
  type JobQueue,
  type Logger,
  openCursors,
  openDatabase,
  openLogger,
  openQueue,
} from '@likeness/runtime'
import type { AccountsConfig } from './config.js'
import { migrations, type Tables } from './database/database.js'
import { type Groups, openGroups } from './groups/groups.js'
import { type KeyRing, openKeyRing } from './keys/key-ring.js'
import { type Hasher, openHasher } from './passwords/hasher.js'
import { openRefreshTokens, type RefreshTokens } from './sessions/refresh-token.js'

/** What every process of the accounts service works with. */
export type Deps = {
  readonly config: AccountsConfig
  readonly logger: Logger
  readonly db: Database<Tables>
  readonly queue: JobQueue
  close(): Promise<void>
}

/** What its API has besides. */
export type ApiDeps = Deps & {
  readonly keys: KeyRing
  readonly hasher: Hasher
  readonly refreshTokens: RefreshTokens
  readonly cursors: Cursors
  readonly groups: Groups
}

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
      onError: (error) => logger.warn({ err: error }, 'database'),
    })
  await assertMigrated(db, migrations, 'likeness-accounts migrate')
  const queue = overrides.queue ?? (await openQueue(config.QUEUE_URL, 'accounts', logger))
  return {
    config,
    logger,
    db,
    queue,
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
  return {
    ...deps,
    keys,
    hasher: overrides.hasher ?? openHasher(config),
    refreshTokens: openRefreshTokens(config.KEY_SECRET),
    cursors: openCursors(config.SERVICE_SECRET),
    groups,
    async close() {
      keys.close()
      await deps.close()
    },
  }
}
