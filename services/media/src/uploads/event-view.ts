import type { ActorKind, Changes, UploadEvent, UploadEventType, UploadStatus } from '@likeness/contracts'
import { isKeyId } from '@likeness/contracts'
import type { UploadEventRow } from '../database/upload-events.table.js'

/** An event of a trail as a client sees it. */
export const viewEvent = (row: UploadEventRow): UploadEvent => ({
  type: row.type,
  at: row.at.toISOString(),
  actorKind: kindOf(row),
  actorId: row.actor_id,
  ip: row.ip,
  userAgent: row.user_agent,
  changes: { ...impliedChanges(row), ...row.changes },
  details: row.details,
})

/** The same as the owner of the upload may have it: what operators do is theirs to know, not who they are. */
export function viewOwnEvent(row: UploadEventRow): UploadEvent {
  const { askedBy: _, osUser: __, ...details } = row.details
  const event = viewEvent({ ...row, details })
  const isByAnother = row.actor_id !== null && row.actor_id !== row.user_id
  return isByAnother ? { ...event, actorId: null, ip: null, userAgent: null } : event
}

/** What only policies and the clock do, when no person does. */
const byUpkeep: ReadonlySet<UploadEventType> = new Set(['expired', 'original-deleted', 'erased'])

function kindOf({ actor_id, type }: UploadEventRow): ActorKind {
  if (actor_id !== null) return isKeyId(actor_id) ? 'key' : 'person'
  return byUpkeep.has(type) ? 'upkeep' : 'service'
}

/** The transitions that start from one state only: their events do not repeat it. */
const transitions: { readonly [Type in UploadEventType]?: readonly [UploadStatus | null, UploadStatus] } = {
  uploaded: [null, 'pending'],
  rejected: ['pending', 'rejected'],
  confirmed: ['pending', 'confirmed'],
  published: ['confirmed', 'published'],
  superseded: ['published', 'superseded'],
  discarded: ['pending', 'discarded'],
  expired: ['pending', 'expired'],
  failed: ['confirmed', 'failed'],
}

function impliedChanges({ type, actor_id, user_id, details }: UploadEventRow): Changes {
  const changes: Changes = {}
  const note = (field: string, before: unknown, after: unknown) => {
    changes[field] = { before, after }
  }
  const states = transitions[type]
  if (states) note('status', ...states)
  if (type === 'confirmed') {
    note('version', null, details.version)
    if (details.crop !== undefined) note('crop', null, details.crop)
  }
  if (type === 'held' || (type === 'withdrawn' && actor_id !== user_id)) note('held', false, true)
  if (type === 'hold-lifted') note('held', true, false)
  if (type === 'original-deleted') note('originalKept', true, false)
  return changes
}
