import type { QueueKind } from '@likeness/contracts'
import type { UpkeepPayload } from '@likeness/runtime/jobs'
import type { Logger } from '@likeness/runtime/logger'
import type { JobQueue, Kinds } from '@likeness/runtime/queue'
import type { UpkeepName } from './config.js'
import type { ConfirmedRow, UploadKey, UploadRow } from './database/uploads.table.js'
import type { WaitingRow } from './database/waiting.queries.js'

/** Every job of this service: its name and what it carries. */
export type Jobs = {
  'prepare-upload': { uploadId: string; userId: string }
  'prepare-heic': { uploadId: string; userId: string }
  'publish-avatar': { uploadId: string; userId: string; version: number }
  'publish-heic': { uploadId: string; userId: string; version: number }
  'erase-user': { userId: string }
  'tell-withdrawal': { userId: string; version: number }
  'tell-description': { userId: string; uploadId: string }
  'take-down': { takedownId: string }
  'tell-owner': { userId: string; noticeId: string }
  'deliver-webhooks': { endpointId: string }
  'import-picture': { userId: string }
} & Readonly<Record<UpkeepName, UpkeepPayload>>
type JobName = keyof Jobs

/**
 * The kind of work of each job. HEIC takes ten times as long as other formats, so it is a kind of its own: neither holds
 * up the other. A person who has confirmed is served before previews are made: many of those come in one job.
 */
export const kinds = {
  'prepare-upload': { kind: 'previews', gathers: true },
  'prepare-heic': { kind: 'slow-pictures', priority: 1 },
  'publish-avatar': { kind: 'pictures', gathers: true },
  'publish-heic': { kind: 'slow-pictures' },
  'erase-user': { kind: 'light' },
  'tell-withdrawal': { kind: 'light' },
  'tell-description': { kind: 'light' },
  'take-down': { kind: 'light' },
  'tell-owner': { kind: 'light' },
  'deliver-webhooks': { kind: 'webhooks' },
  'import-picture': { kind: 'imports' },
  'expire-uploads': { kind: 'upkeep' },
  'requeue-stuck': { kind: 'upkeep' },
  'collect-garbage': { kind: 'upkeep' },
  prune: { kind: 'upkeep' },
  'roll-up-stats': { kind: 'upkeep' },
  'seal-trail': { kind: 'upkeep' },
  'verify-trail': { kind: 'upkeep' },
  'drain-audit': { kind: 'upkeep' },
  'tell-webhooks': { kind: 'upkeep' },
} as const satisfies Kinds & Record<JobName, Kinds[string] & { readonly kind: QueueKind }>

export type Enqueued = Exclude<JobName, UpkeepName>

const isHeic = ({ format }: Pick<UploadRow, 'format'>) => format === 'heic'

/** The job that prepares a staged upload. */
export const prepareJob = (upload: UploadKey & Pick<UploadRow, 'format'>) =>
  [
    isHeic(upload) ? 'prepare-heic' : 'prepare-upload',
    { uploadId: upload.id, userId: upload.user_id },
  ] as const

/** The job that publishes a confirmed upload. */
export const publishJob = (upload: UploadKey & Pick<ConfirmedRow, 'format' | 'version'>) =>
  [
    isHeic(upload) ? 'publish-heic' : 'publish-avatar',
    { uploadId: upload.id, userId: upload.user_id, version: upload.version },
  ] as const

/** The job that a row waits for. */
export function jobOf(row: WaitingRow): readonly [Enqueued, Jobs[Enqueued]] {
  const { user_id: userId, format } = row
  // Its columns are those of the row that its step waits for.
  const [uploadId, version] = [row.upload_id as string, row.version as number]
  switch (row.step) {
    case 'prepare':
      return prepareJob({ user_id: userId, id: uploadId, format })
    case 'publish':
      return publishJob({ user_id: userId, id: uploadId, format, version })
    case 'withdraw':
      return ['tell-withdrawal', { userId, version }]
    case 'describe':
      return ['tell-description', { userId, uploadId }]
    case 'tell':
      return ['tell-owner', { userId, noticeId: row.key }]
    case 'erase':
      return ['erase-user', { userId }]
    case 'import':
      return ['import-picture', { userId }]
  }
}

// While a job with the same key waits or runs, another is not added. Publishing is per version: a picture may
// be restored while the job that published it before is just ending.
export const keyOf: { [Name in Enqueued]: (payload: Jobs[Name]) => string } = {
  'prepare-upload': ({ uploadId }) => uploadId,
  'prepare-heic': ({ uploadId }) => uploadId,
  'publish-avatar': ({ uploadId, version }) => `${uploadId}-${version}`,
  'publish-heic': ({ uploadId, version }) => `${uploadId}-${version}`,
  'tell-withdrawal': ({ userId, version }) => `${userId}-${version}`,
  'tell-description': ({ uploadId }) => uploadId,
  'take-down': ({ takedownId }) => takedownId,
  'tell-owner': ({ noticeId }) => noticeId,
  'deliver-webhooks': ({ endpointId }) => endpointId,
  'import-picture': ({ userId }) => userId,
  'erase-user': ({ userId }) => userId,
}

/**
 * Adds a job once its row is committed. Not awaited: a queue that is away is logged, and
 * `requeue-stuck` finds the row and adds the job again. A closing queue waits for what is being added.
 */
export type Enqueue = <Name extends Enqueued>(name: Name, payload: Jobs[Name]) => void

export const enqueueTo =
  (queue: JobQueue, logger: Logger): Enqueue =>
  (name, payload) => {
    const key = keyOf[name](payload)
    queue
      .add(name, payload, key)
      .catch((error: unknown) =>
        logger.warn({ err: error, job: name, key }, 'could not enqueue; upkeep will add the job again'),
      )
  }

/** Adds a job, or ends its pause between two tries. Rejects when the queue is away. */
export type Hurry = <Name extends Enqueued>(name: Name, payload: Jobs[Name]) => Promise<void>

export const hurryIn =
  (queue: JobQueue): Hurry =>
  (name, payload) =>
    queue.hurry(name, payload, keyOf[name](payload))
