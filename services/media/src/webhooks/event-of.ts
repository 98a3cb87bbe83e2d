import type { UploadEventType, WebhookEventType, WebhookPayload } from '@likeness/contracts'
import type { MediaConfig } from '../config.js'
import type { Pictures } from '../database/avatars.table.js'
import type { UploadEventRow } from '../database/upload-events.table.js'
import type { NewWebhookEvent, Told } from '../database/webhook-events.table.js'
import { addressesOf, nameOf } from './addresses.js'

/** What webhooks are told of the trail of an upload; nothing of other events. */
const types: { readonly [Type in UploadEventType]?: WebhookEventType } = {
  uploaded: 'upload.staged',
  confirmed: 'upload.confirmed',
  rejected: 'upload.rejected',
  failed: 'upload.rejected',
  expired: 'upload.expired',
  published: 'avatar.published',
  withdrawn: 'avatar.withdrawn',
  held: 'avatar.withdrawn',
  erased: 'avatar.erased',
}

/** What webhooks are told of an event of an upload; undefined for nothing. */
export function eventOf(config: MediaConfig, row: UploadEventRow, told: Told): NewWebhookEvent | undefined {
  const usual = types[row.type]
  if (usual === undefined || told.leaving.has(row.user_id)) return undefined
  const { user_id, upload_id: uploadId, seq, at, details } = row
  const isRestored = row.type === 'published' && told.restored.has(`${uploadId} ${String(details.version)}`)
  const type = isRestored ? 'avatar.restored' : usual
  const name = nameOf(config, user_id, told.people.get(user_id))
  // A withdrawal is a decision of its own, and has its own version.
  const version = row.type === 'withdrawn' ? details.by : details.version
  const data: WebhookPayload['data'] = {
    ...name,
    uploadId,
    ...(typeof version === 'number' && { version }),
    seq,
  }
  const purge = (pictures: readonly Pictures[]) => addressesOf(config, name, pictures)
  switch (type) {
    case 'upload.rejected':
      data.code = String(details.code)
      break
    case 'avatar.withdrawn':
      data.shown = row.type === 'withdrawn'
      data.purge = purge(told.pictures.get(uploadId) ?? [])
      break
    case 'avatar.erased':
      // An upload that never became a picture is no avatar.
      if (!Array.isArray(details.pictures)) return undefined
      data.purge = purge(details.pictures as Pictures[])
  }
  return { type, user_id, seq, at, data }
}
