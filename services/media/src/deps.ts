import { type Decoder, openDecoder } from '@likeness/images'
import type { Bus } from '@likeness/runtime/bus'
import type { CallService } from '@likeness/runtime/call-service'
import { type Cursors, openCursors } from '@likeness/runtime/cursor'
import { type Database, openDatabase } from '@likeness/runtime/database'
import { type Logger, openLogger } from '@likeness/runtime/logger'
import { assertMigrated } from '@likeness/runtime/migrations'
import { openBus } from '@likeness/runtime/open-bus'
import { openParts } from '@likeness/runtime/open-parts'
import { openOutageLog } from '@likeness/runtime/outage-log'
import { probeWhileAway } from '@likeness/runtime/probe-while-away'
import { StartError } from '@likeness/runtime/process'
import { type JobQueue, openQueue } from '@likeness/runtime/queue'
import { secretsOf } from '@likeness/runtime/secrets'
import { type BlobStore, openStorage, withFallback } from '@likeness/storage'
import type { MediaConfig } from './config.js'
import { migrations, type Tables } from './database/database.js'
import { openAccounts } from './open-accounts.js'
import { openPreviewLinks, type PreviewLinks } from './preview-links.js'
import { type Enqueue, enqueueTo, type Hurry, hurryIn, kinds } from './queue.js'

/** The parts that every process of the media service works with. */
export type Deps = {
  readonly config: MediaConfig
  readonly logger: Logger
  readonly db: Database<Tables>
  readonly storage: BlobStore
  readonly queue: JobQueue
  readonly enqueue: Enqueue
  readonly hurry: Hurry
  readonly bus: Bus
  readonly cursors: Cursors
  readonly previews: PreviewLinks
  readonly accounts: CallService<'accounts'>
  close(): Promise<void>
}

/** These parts and the worker's own. */
export type WorkerDeps = Deps & {
  readonly decoder: Decoder
  /** HEIC takes ten times as long as other formats: it has a decoder of its own, started on first use and kept. */
  readonly decoderOf: (format: string) => Decoder
  /** The uploads that this process prepares now, by id, until their variants are stored ahead; never rejects. */
  readonly preparing: Map<string, Promise<unknown>>
}

/**
 * The only place that knows which implementations stand behind the types.
 * @param overrides parts that tests replace
 * @throws StartError when the database is not migrated to this release
 */
export const openDeps = (config: MediaConfig, overrides: Partial<Deps> = {}): Promise<Deps> =>
  openParts(async (parts) => {
    if (config.ACCOUNTS_URL === undefined && config.ISSUERS.length === 0)
      throw new StartError('ACCOUNTS_URL is required, unless ISSUERS names a login')
    const logger = overrides.logger ?? openLogger('media', config.LOG_LEVEL)
    const storage = parts.keep(overrides.storage ?? storageOf(config), (opened) => opened.close())
    const onError = openOutageLog(logger, 'database')
    const db =
      overrides.db ??
      openDatabase<Tables>(config.DATABASE_URL, { name: 'media', max: config.DATABASE_POOL, onError })
    parts.keep(db, (opened) => opened.destroy())
    await assertMigrated(db, migrations, 'likeness migrate')
    const bus = overrides.bus ?? (await openBus(config.QUEUE_URL, logger))
    parts.keep(bus, (opened) => opened.close())
    const queue = overrides.queue ?? (await openQueue(config.QUEUE_URL, 'media', kinds, logger))
    parts.keep(queue, (opened) => opened.close())
    const secrets = secretsOf(config.SERVICE_SECRET, config.SERVICE_SECRET_OTHER)
    return {
      config,
      logger,
      db,
      storage,
      queue,
      enqueue: enqueueTo(queue, logger),
      hurry: hurryIn(queue),
      bus,
      cursors: openCursors(secrets, 'media'),
      previews: openPreviewLinks(config.PUBLIC_URL, secrets),
      accounts: overrides.accounts ?? openAccounts(config, db),
    }
  })

function storageOf(config: MediaConfig): BlobStore {
  const storage = openStorageOf('STORAGE_URL', config.STORAGE_URL)
  return config.STORAGE_FALLBACK_URL === undefined
    ? storage
    : withFallback(storage, openStorageOf('STORAGE_FALLBACK_URL', config.STORAGE_FALLBACK_URL))
}

function openStorageOf(variable: string, url: string): BlobStore {
  try {
    return openStorage(url)
  } catch (error) {
    throw new StartError(`${variable}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}

/** @param overrides parts that tests replace */
export const openWorkerDeps = (
  config: MediaConfig,
  overrides: Partial<WorkerDeps> = {},
): Promise<WorkerDeps> =>
  openParts(async (parts) => {
    const deps = parts.keep(await openDeps(config, overrides), (opened) => opened.close())
    const decoder = overrides.decoder ?? openDecoder({ children: config.DECODERS })
    parts.keep(decoder, (opened) => opened.close())
    let heic = overrides.decoder
    const heicDecoder = () => {
      heic ??= parts.keep(openDecoder({ children: 1 }), (opened) => opened.close())
      return heic
    }
    // Jobs end before the decoders, which they use.
    parts.keep(deps.queue, (opened) => opened.close())
    return {
      ...deps,
      accounts: probeWhileAway(deps.accounts),
      decoder,
      preparing: new Map(),
      decoderOf: overrides.decoderOf ?? ((format) => (format === 'heic' ? heicDecoder() : decoder)),
    }
  })
