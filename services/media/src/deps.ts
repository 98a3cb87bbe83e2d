import { type Decoder, openDecoder } from '@likeness/images'
import {
  type Bus,
  type Cursors,
  type Database,
  type JobQueue,
  type Logger,
  openBus,
  openCursors,
  openDatabase,
  openLogger,
  openOutageLog,
  openQueue,
  StartError,
  secretsOf,
} from '@likeness/runtime'
import { type BlobStore, openStorage, withFallback } from '@likeness/storage'
import { type AccountsClient, openAccountsClient } from './accounts-client.js'
import type { MediaConfig } from './config.js'
import type { Tables } from './database/database.js'
import { type Enqueue, enqueueTo } from './queue.js'
import { openPreviewLinks, type PreviewLinks } from './uploads/preview-links.js'

/** What every process of the media service works with. */
export type Deps = {
  readonly config: MediaConfig
  readonly logger: Logger
  readonly db: Database<Tables>
  readonly storage: BlobStore
  readonly queue: JobQueue
  readonly enqueue: Enqueue
  readonly bus: Bus
  readonly cursors: Cursors
  readonly previews: PreviewLinks
  readonly accounts: AccountsClient
  close(): Promise<void>
}

/** What its worker has besides. */
export type WorkerDeps = Deps & {
  readonly decoder: Decoder
  /** HEIC takes ten times as long as others: it has a child of its own, started when first needed, then kept warm. */
  readonly decoderOf: (format: string) => Decoder
}

/** The only place that knows which implementations stand behind the types. */
export async function openDeps(config: MediaConfig, overrides: Partial<Deps> = {}): Promise<Deps> {
  const logger = overrides.logger ?? openLogger('media', config.LOG_LEVEL)
  const db =
    overrides.db ??
    openDatabase<Tables>(config.DATABASE_URL, {
      name: 'media',
      max: config.DATABASE_POOL,
      onError: openOutageLog(logger, 'database'),
    })
  const storage = overrides.storage ?? storageOf(config)
  const queue = overrides.queue ?? (await openQueue(config.QUEUE_URL, 'media', logger))
  const bus = overrides.bus ?? (await openBus(config.QUEUE_URL, logger))
  const secrets = secretsOf(config.SERVICE_SECRET, config.SERVICE_SECRET_OTHER)
  return {
    config,
    logger,
    db,
    storage,
    queue,
    enqueue: enqueueTo(queue, logger),
    bus,
    cursors: openCursors(secrets, 'media'),
    previews: openPreviewLinks(config.PUBLIC_URL, secrets),
    accounts: overrides.accounts ?? openAccountsClient(config),
    async close() {
      await queue.close()
      await bus.close()
      await db.destroy()
      await storage.close()
    },
  }
}

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

/** @param overrides replaced by tests that make a part fail */
export async function openWorkerDeps(
  config: MediaConfig,
  overrides: Partial<WorkerDeps> = {},
): Promise<WorkerDeps> {
  const deps = await openDeps(config, overrides)
  const decoder = overrides.decoder ?? openDecoder({ children: config.DECODERS })
  let heic = overrides.decoder
  const heicDecoder = () => {
    heic ??= openDecoder({ children: 1 })
    return heic
  }
  return {
    ...deps,
    decoder,
    decoderOf: overrides.decoderOf ?? ((format) => (format === 'heic' ? heicDecoder() : decoder)),
    async close() {
      // Jobs first: they use the decoder.
      await deps.queue.close()
      await Promise.all([decoder.close(), heic?.close()])
      await deps.close()
    },
  }
}
