import type { QueueKind } from '@likeness/contracts'
import type { UpkeepPayload } from '@likeness/runtime/jobs'
import type { Logger } from '@likeness/runtime/logger'
import type { JobQueue, Kinds } from '@likeness/runtime/queue'
import type { UpkeepName } from './config.js'

/** Every job of this service: its name and what it carries. */
export type Jobs = {
  'send-mail': { mailId: string }
  'erase-user': { erasureId: string }
} & Readonly<Record<UpkeepName, UpkeepPayload>>

/** The kind of work of each job: a mail server that hangs holds up no erasure. */
export const kinds = {
  'send-mail': { kind: 'mail' },
  'erase-user': { kind: 'light' },
  'requeue-stuck': { kind: 'upkeep' },
  prune: { kind: 'upkeep' },
  'retire-keys': { kind: 'upkeep' },
  'seal-trail': { kind: 'upkeep' },
  'verify-trail': { kind: 'upkeep' },
  'drain-audit': { kind: 'upkeep' },
} as const satisfies Kinds & Record<keyof Jobs, Kinds[string] & { readonly kind: QueueKind }>

/**
 * Adds the job for a row after the row is committed. Not awaited: a failure is logged, and `requeue-stuck` finds the
 * row and adds the job again. A closing queue waits for jobs that are being added.
 */
export type Enqueue = <Name extends 'send-mail' | 'erase-user'>(name: Name, payload: Jobs[Name]) => void

export const enqueueTo =
  (queue: JobQueue, logger: Logger): Enqueue =>
  (name, payload) => {
    const [id = ''] = Object.values(payload)
    queue
      .add(name, payload, id)
      .catch((error: unknown) => logger.warn({ err: error, job: name, id }, 'could not enqueue; upkeep will'))
  }
